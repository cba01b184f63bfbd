/**
 * What a page may not do, for every page there is or will be: leave app://bundle, open windows, embed
 * others, ask for devices, or reach the network. The CSP forbids most of it already; this is the
 * second lock, outside the page's reach.
 */
import type { App, Session, WebContents } from 'electron';
import { APP_SCHEME } from './app-url.js';
import { MEDIA_SCHEME } from './media-server.js';

/** `data:` is for small images inside the style sheet and reaches nothing. */
const ALLOWED_PROTOCOLS: readonly string[] = [`${APP_SCHEME}:`, `${MEDIA_SCHEME}:`, 'data:'];

export function isRequestAllowed(url: string, hasDevTools: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return ALLOWED_PROTOCOLS.includes(protocol) || (hasDevTools && protocol === 'devtools:');
}

/** Call before the first window is made. */
export function lockDownPages(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    lockDownPage(contents);
  });
}

function lockDownPage(contents: WebContents): void {
  const refuse = (event: { preventDefault(): void }): void => {
    event.preventDefault();
  };
  contents.on('will-navigate', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-attach-webview', refuse);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

export function lockDownSession(session: Session, hasDevTools: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isRequestAllowed(details.url, hasDevTools) });
  });
}
