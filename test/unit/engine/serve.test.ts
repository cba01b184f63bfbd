import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, TranscribeRequest } from '../../../src/engine/engine.js';
import type { StreamPort } from '../../../src/engine/event-stream.js';
import { serve } from '../../../src/engine/serve.js';
import type { EnginePort } from '../../../src/engine/serve.js';
import type { EngineMessage } from '../../../src/shared/engine-protocol.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { makeCommit, makeDone, makeSegment, makeToken } from '../main/fake-engine.js';

/** One call of the engine, to be ended by the test. */
interface RunningJob {
  readonly request: TranscribeRequest;
  readonly emit: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
  readonly end: () => void;
  readonly fail: (thrown: Error) => void;
}

function setUp() {
  const running: RunningJob[] = [];
  const engine: Engine = {
    transcribe: (request, emit, signal) =>
      new Promise((resolve, reject) => {
        running.push({ request, emit, signal, end: resolve, fail: reject });
      }),
    close: () => Promise.resolve(),
  };
  const received: EngineMessage[] = [];
  let ask: (message: unknown, stream?: StreamPort | null) => void = () => undefined;
  const control: EnginePort = {
    post: (message) => received.push(message),
    onMessage: (listener) => {
      ask = (message, stream = null) => {
        listener(message, stream);
      };
    },
  };
  serve(control, engine);
  return {
    running,
    received,
    ask: (message: unknown, stream?: StreamPort) => {
      ask(message, stream);
    },
  };
}

function createStream() {
  const batches: (readonly EngineEvent[])[] = [];
  let isClosed = false;
  const port: StreamPort = {
    post: (events) => batches.push(events),
    close: () => {
      isClosed = true;
    },
    onClose: () => undefined,
  };
  return { port, batches, isClosed: () => isClosed };
}

const transcribe = (jobId: string) => ({
  kind: 'transcribe',
  jobId,
  path: `/${jobId}`,
  options: DEFAULT_OPTIONS,
  resume: null,
  sound: null,
});

describe('engine server', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says that it is ready, once', () => {
    expect(setUp().received).toEqual([{ kind: 'ready' }]);
  });

  it('gives the engine every job at once, in order: which of them run is for the engine to say', async () => {
    const { running, ask } = setUp();

    ask(transcribe('a'));
    ask(transcribe('b'));
    await vi.advanceTimersByTimeAsync(0);

    expect(running.map((job) => job.request.jobId)).toEqual(['a', 'b']);
  });

  it('keeps tokens from main, and gives the page everything in order', async () => {
    const { running, received, ask } = setUp();
    const stream = createStream();
    ask({ kind: 'connect' }, stream.port);
    ask(transcribe('a'));
    await vi.advanceTimersByTimeAsync(0);
    const events = [
      makeToken('a', ' Hello'),
      makeToken('a', ' there'),
      makeCommit('a', [makeSegment(0, ' Hello there')]),
      makeDone('a'),
    ];

    for (const event of events) running[0]?.emit(event);

    expect(received.map((message) => message.kind)).toEqual(['ready', 'commit', 'done']);
    expect(stream.batches.flat()).toEqual(events);
  });

  it('sends at most 60 messages a second while tokens flow, and loses none', async () => {
    const { running, ask } = setUp();
    const stream = createStream();
    ask({ kind: 'connect' }, stream.port);
    ask(transcribe('a'));
    await vi.advanceTimersByTimeAsync(0);

    for (let token = 0; token < 1000; token += 1) {
      running[0]?.emit(makeToken('a', String(token)));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(20);

    expect(stream.batches.length).toBeLessThanOrEqual(61);
    expect(stream.batches.flat().map((event) => (event.kind === 'token' ? event.text : ''))).toEqual(
      Array.from({ length: 1000 }, (_, token) => String(token)),
    );
  });

  it('aborts the running job on cancel', async () => {
    const { running, ask } = setUp();
    ask(transcribe('a'));
    await vi.advanceTimersByTimeAsync(0);

    ask({ kind: 'cancel', jobId: 'a' });

    expect(running[0]?.signal.aborted).toBe(true);
  });

  it('aborts the job that is meant, and no other', async () => {
    const { running, ask } = setUp();
    ask(transcribe('a'));
    ask(transcribe('b'));
    await vi.advanceTimersByTimeAsync(0);

    ask({ kind: 'cancel', jobId: 'b' });

    expect(running.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });

  it('still ends a job whose engine threw, and goes on', async () => {
    const { running, received, ask } = setUp();
    ask(transcribe('a'));
    ask(transcribe('b'));
    await vi.advanceTimersByTimeAsync(0);

    running[0]?.fail(new Error('broken'));
    await vi.advanceTimersByTimeAsync(0);

    expect(received.at(-1)).toMatchObject({ kind: 'failed', jobId: 'a', failure: { code: 'internal' } });
    expect(running).toHaveLength(2);
  });

  it('moves the stream to a new port and closes the old one', () => {
    const { ask } = setUp();
    const first = createStream();
    const second = createStream();

    ask({ kind: 'connect' }, first.port);
    ask({ kind: 'connect' }, second.port);

    expect(first.isClosed()).toBe(true);
    expect(second.isClosed()).toBe(false);
  });

  it('throws at requests that do not fit, so that the process ends instead of guessing', () => {
    const { ask } = setUp();

    expect(() => {
      ask({ kind: 'transcribe', jobId: 'a' });
    }).toThrow();
    expect(() => {
      ask({ kind: 'connect' });
    }).toThrow('port');
  });
});
