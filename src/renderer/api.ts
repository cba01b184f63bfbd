/**
 * The page's only door to the rest of the app: what the preload put on `window.tilescribe`. Read at
 * each call, not at import, so that stores and their tests load without a window.
 */
import type { PreloadApi } from '../preload/api.js';
import type { CallName, CallReply, CallRequest, PushName, PushPayload } from '../shared/contract.js';

declare global {
  interface Window {
    readonly tilescribe: PreloadApi;
  }
}

export function call<N extends CallName>(name: N, request: CallRequest<N>): Promise<CallReply<N>> {
  return window.tilescribe.call(name, request);
}

export function listen<N extends PushName>(name: N, listener: (payload: PushPayload<N>) => void): () => void {
  return window.tilescribe.on(name, listener);
}

export function getPathForFile(file: File): string {
  return window.tilescribe.getPathForFile(file);
}
