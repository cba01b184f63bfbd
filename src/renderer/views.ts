/** The places of the window, in the order of the sidebar. */
import type { IconName } from './parts/icon.js';

export const VIEWS = ['transcribe', 'library', 'performance', 'models', 'settings', 'doctor'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_ICON: Readonly<Record<View, IconName>> = {
  transcribe: 'waves',
  library: 'library',
  performance: 'chart',
  models: 'cube',
  settings: 'sliders',
  doctor: 'pulse',
};

/** The one heading of the first rank, in the title bar; views name themselves by it. */
export const TITLE_ID = 'view-title';
