/**
 * The application menu (hidden until Alt). Surprising: Open, Export and the list of shortcuts belong to
 * the page, which knows the selected file and the chosen language, so their items press the page's own
 * keys (src/renderer/keyboard.ts); their accelerators are shown here and handled there.
 */
import { Menu } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';

type PageKey = { readonly keyCode: string; readonly modifiers: ('control' | 'shift')[] };

const OPEN: PageKey = { keyCode: 'O', modifiers: ['control'] };
const EXPORT: PageKey = { keyCode: 'E', modifiers: [] };
const SHORTCUTS: PageKey = { keyCode: '?', modifiers: ['shift'] };

function pressInPage(window: BrowserWindow | null, { keyCode, modifiers }: PageKey): void {
  if (window === null) return;
  window.webContents.focus();
  window.webContents.sendInputEvent({ type: 'keyDown', keyCode, modifiers });
  window.webContents.sendInputEvent({ type: 'keyUp', keyCode, modifiers });
}

export function setMenu(findWindow: () => BrowserWindow | null, hasDevTools: boolean): void {
  const pageItem = (label: string, accelerator: string, key: PageKey): MenuItemConstructorOptions => ({
    label,
    accelerator,
    registerAccelerator: false,
    click: () => {
      pressInPage(findWindow(), key);
    },
  });
  const developerItems: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: '&File',
        submenu: [
          pageItem('&Open…', 'Ctrl+O', OPEN),
          pageItem('&Export…', 'E', EXPORT),
          { type: 'separator' },
          { role: 'quit', label: '&Quit', accelerator: 'Ctrl+Q' },
        ],
      },
      { role: 'editMenu', label: '&Edit' },
      {
        label: '&View',
        submenu: [
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'resetZoom' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
          ...(hasDevTools ? developerItems : []),
        ],
      },
      { label: '&Help', submenu: [pageItem('&Keyboard shortcuts', '?', SHORTCUTS)] },
    ]),
  );
}
