/** The one window. */
import { BrowserWindow, nativeTheme } from 'electron';
import { APP_PAGE_URL } from './app-url.js';
import { RestartBudget } from './restart-budget.js';
import { createWebPreferences } from './web-preferences.js';

/** What is seen for the moment before the page paints; the same as the page's own background. */
const BACKGROUND = { light: '#fffefc', dark: '#1c1d1f' } as const;

export interface WindowOptions {
  readonly preloadPath: string;
  readonly iconPath: string;
  /** The page has loaded, for the first time or again. */
  readonly onLoaded: () => void;
}

export function createWindow({ preloadPath, iconPath, onLoaded }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Tilescribe',
    icon: iconPath,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: createWebPreferences(preloadPath),
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  window.webContents.on('did-finish-load', onLoaded);
  reviveCrashedPage(window);
  return window;
}

export async function loadPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(APP_PAGE_URL);
}

/** The page owns nothing that would be lost: a fresh one asks main for the jobs and goes on. */
function reviveCrashedPage(window: BrowserWindow): void {
  const budget = new RestartBudget();
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && budget.takeOne()) window.webContents.reload();
  });
}

export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
