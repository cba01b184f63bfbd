/** The places of the window, in the order of the sidebar. The performance dashboard gets its row here. */
import type { IconName } from './parts/icon.js';

export const VIEWS = ['transcribe', 'library', 'models', 'settings'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_ICON: Readonly<Record<View, IconName>> = {
  transcribe: 'waves',
  library: 'library',
  models: 'cube',
  settings: 'sliders',
};

/** The one heading of the first rank, in the title bar; views name themselves by it. */
export const TITLE_ID = 'view-title';
