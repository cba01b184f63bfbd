/** An engine that plays back events by the name of the file it is given. */
import type { Engine } from '../../../src/engine/engine.js';
import { JobLine } from '../../../src/engine/job-line.js';
import { isCancelled } from '../../../src/shared/errors.js';
import type { TextSink } from '../../../src/cli/screen.js';
import type { JobEvent } from '../../../src/shared/events.js';
import { toSamples } from '../../../src/shared/time.js';
import { makeSegment } from '../export/awkward-transcript.js';
import { makeCheckpoint } from '../made-checkpoint.js';

/** May wait; what it yields is emitted. */
export type Script = (signal: AbortSignal) => AsyncIterable<JobEvent>;

/** @param atOnce scripts that play side by side, in the engine's own line; a commit lets others in. */
export function createFakeEngine(scripts: Readonly<Record<string, Script>>, atOnce: number): Engine {
  const line = new JobLine(atOnce);
  return {
    async transcribe({ jobId, source }, emit, signal) {
      const name = source.kind === 'stream' ? source.name : Buffer.from(source.path).toString('latin1');
      const script = scripts[name];
      if (script === undefined) throw new Error(`no script for ${name}`);
      const play = async (): Promise<void> => {
        for await (const event of script(signal)) {
          emit({ ...event, jobId });
          if (event.kind === 'commit') line.open();
        }
      };
      await line.run('', signal, play).catch((thrown: unknown) => {
        if (!isCancelled(thrown)) throw thrown;
        emit({ kind: 'cancelled', jobId });
      });
    },
    close: () => Promise.resolve(),
  };
}

export class MemorySink implements TextSink {
  text = '';
  constructor(
    readonly isTerminal = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text;
  }
}

export const SECOND = 16_000;

export const opened: JobEvent = {
  kind: 'opened',
  duration: toSamples(60 * SECOND),
  format: 'mp3, 44.1 kHz stereo',
  backend: 'a fake, 1 thread',
};

export const english: JobEvent = { kind: 'language', language: 'en', probability: 0.98 };

export function commit(index: number, text: string): JobEvent {
  const start = index * 4 * SECOND;
  const segment = makeSegment(index, start, start + 4 * SECOND, text);
  return {
    kind: 'commit',
    segments: [segment],
    processed: segment.end,
    elapsedMs: (index + 1) * 2000,
    isSilent: false,
    checkpoint: makeCheckpoint(),
  };
}

export const done = {
  kind: 'done',
  stats: {
    audio: toSamples(60 * SECOND),
    totalMs: 20_000,
    loadMs: 0,
    audioMs: 0,
    melMs: 0,
    encodeMs: 0,
    decodeMs: 0,
    firstTokenMs: null,
    windows: 2,
    tokens: 10,
    retries: 0,
  },
  warning: null,
} as const satisfies JobEvent;
