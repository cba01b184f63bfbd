/** Ties the contract's calls to Electron's channels. The names are the contract's own. */
import { ipcMain } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { CALL_NAMES } from '../shared/contract.js';
import { answerCall, isTrustedSender, refuseSender } from './calls.js';
import type { Handlers } from './calls.js';

export function answerCalls(findWindow: () => BrowserWindow | null, handlers: Handlers): void {
  for (const name of CALL_NAMES) {
    ipcMain.handle(name, (event, request: unknown) =>
      isFromOurPage(event, findWindow()) ? answerCall(name, request, handlers) : refuseSender(),
    );
  }
}

function isFromOurPage(event: IpcMainInvokeEvent, window: BrowserWindow | null): boolean {
  const frame = event.senderFrame;
  if (frame === null || window === null) return false;
  return isTrustedSender({
    isOurWindow: event.sender === window.webContents,
    isMainFrame: frame === window.webContents.mainFrame,
    url: frame.url,
  });
}
