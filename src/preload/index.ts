/**
 * All that the page gets of Electron: the calls and pushes of the contract by name, the path behind a
 * File, and the engine's stream port. Runs sandboxed, before the page.
 *
 * Surprising: the names stand here again, because a sandboxed preload can load no module, and with the
 * contract's schemas would come a schema library. The types make a missing or wrong name an error.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type {
  CallName,
  CallOutcome,
  CallReply,
  CallRequest,
  PushName,
  PushPayload,
  STREAM_PORT_CHANNEL,
} from '../shared/contract.js';
import type { PreloadApi } from './api.js';

const CALLS: Readonly<Record<CallName, true>> = {
  'app.info': true,
  'jobs.add': true,
  'jobs.browse': true,
  'jobs.list': true,
  'jobs.segments': true,
  'jobs.edit': true,
  'jobs.retrySpan': true,
  'jobs.resume': true,
  'jobs.reorder': true,
  'jobs.cancel': true,
  'jobs.retry': true,
  'jobs.remove': true,
  'jobs.export': true,
  'jobs.preview': true,
  'jobs.peaks': true,
  'jobs.timings': true,
  'jobs.exportTimings': true,
  'bench.run': true,
  'jobs.copy': true,
  'jobs.reveal': true,
  'models.status': true,
  'models.repair': true,
  'doctor.run': true,
  'models.import': true,
  'models.cancel': true,
  'models.remove': true,
  'library.list': true,
  'library.open': true,
  'library.delete': true,
  'library.reveal': true,
  'settings.get': true,
  'settings.set': true,
  'settings.browseLibrary': true,
};
const PUSHES: Readonly<Record<PushName, true>> = {
  'jobs.changed': true,
  'transcript.changed': true,
  'models.changed': true,
  'settings.changed': true,
  notice: true,
};
const streamPortChannel: typeof STREAM_PORT_CHANNEL = 'engine-stream-port';

const api: PreloadApi = {
  async call<N extends CallName>(name: N, request: CallRequest<N>): Promise<CallReply<N>> {
    if (!Object.hasOwn(CALLS, name)) throw new Error(`no such call: ${name}`);
    // Main is the trusted side, and its handlers are typed by the contract.
    const outcome = (await ipcRenderer.invoke(name, request)) as CallOutcome<N>;
    if (outcome.ok) return outcome.reply;
    // Of an error only its message crosses to the page.
    throw new Error(`${outcome.failure.message} ${outcome.failure.remedy}`);
  },

  on<N extends PushName>(name: N, listener: (payload: PushPayload<N>) => void): () => void {
    if (!Object.hasOwn(PUSHES, name)) throw new Error(`no such push: ${name}`);
    const forward = (_event: unknown, payload: PushPayload<N>): void => {
      listener(payload);
    };
    ipcRenderer.on(name, forward);
    return () => {
      ipcRenderer.off(name, forward);
    };
  },

  getPathForFile: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('tilescribe', api);

ipcRenderer.on(streamPortChannel, (event) => {
  window.postMessage({ name: streamPortChannel }, window.location.origin, [...event.ports]);
});
