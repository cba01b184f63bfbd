import type { CallName, CallReply, CallRequest, PushName, PushPayload } from '../shared/contract.js';

/** What the preload puts on `window.tilescribe`. */
export interface PreloadApi {
  call<N extends CallName>(name: N, request: CallRequest<N>): Promise<CallReply<N>>;
  /** Returns the function that stops listening. */
  on<N extends PushName>(name: N, listener: (payload: PushPayload<N>) => void): () => void;
  /** The path behind a dropped or pasted file, or '' when it has none. */
  getPathForFile(file: File): string;
}
