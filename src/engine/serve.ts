/**
 * The engine's side of the process border: validated requests come in through a port, the
 * engine runs the jobs side by side or in order as it sees fit, events go out. Runs the same in Electron's utility process and, with a pair of
 * in-memory ports, in the tests.
 *
 * Every event goes to the stream port (the renderer); all but tokens and attempts also go to main,
 * so that a dead renderer loses nothing main must keep. A missing stream port loses only tokens.
 */
import * as v from 'valibot';
import { EngineRequestSchema } from '../shared/engine-protocol.js';
import type { EngineMessage, EngineRequest } from '../shared/engine-protocol.js';
import { toFailure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import type { Engine } from './engine.js';
import { createEventStream } from './event-stream.js';
import type { StreamPort } from './event-stream.js';

/** The line to main. `stream` is the port that came along with a `connect` request. */
export interface EnginePort {
  post(message: EngineMessage): void;
  onMessage(listener: (message: unknown, stream: StreamPort | null) => void): void;
}

/** The window shows them with each token. */
const SHOWN_CANDIDATES = 4;

type TranscribeMessage = Extract<EngineRequest, { kind: 'transcribe' }>;

/** Serves until the process ends. A request that does not fit the schema throws: main has a bug. */
export function serve(control: EnginePort, engine: Engine): void {
  const stream = createEventStream();
  /** Of the jobs that run or wait, by job id. */
  const aborts = new Map<string, AbortController>();

  const emit = (event: EngineEvent): void => {
    stream.push(event);
    if (event.kind !== 'token' && event.kind !== 'attempt') control.post(event);
  };

  const runJob = async (request: TranscribeMessage, abort: AbortController): Promise<void> => {
    const { jobId, path, options, resume, sound } = request;
    try {
      const source = { kind: 'file', path } as const;
      const asked = { jobId, source, options, resume, sound, candidates: SHOWN_CANDIDATES };
      await engine.transcribe(asked, emit, abort.signal);
    } catch (thrown) {
      // The contract says it never rejects; if it does, the job must still end, or main waits forever.
      emit({ kind: 'failed', jobId, failure: toFailure(thrown) });
    } finally {
      aborts.delete(jobId);
    }
  };

  control.onMessage((message, port) => {
    const request = v.parse(EngineRequestSchema, message);
    switch (request.kind) {
      case 'connect':
        if (port === null) throw new Error('a connect request came without its port');
        stream.connect(port);
        return;
      case 'cancel':
        aborts.get(request.jobId)?.abort();
        return;
      case 'transcribe': {
        const abort = new AbortController();
        aborts.set(request.jobId, abort);
        void runJob(request, abort);
      }
    }
  });
  control.post({ kind: 'ready' });
}
