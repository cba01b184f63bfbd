/** Runs jobs on the real engine and gathers what it said. */
import { join } from 'node:path';
import { modelsFolder } from '../../src/models/store.mjs';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/engine.js';
import type { AudioSource } from '../../src/engine/audio/audio.js';
import type { SoundFolder } from '../../src/engine/audio/sound-recorder.js';
import type { Checkpoint, EngineEvent } from '../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import type { Segment } from '../../src/shared/transcript.js';
import { transcriptText } from '../../src/shared/transcript.js';

/** @param npuFault what the emulated NPU fails with; empty for nothing. */
export function openTestEngine(npuFault = ''): Engine {
  return createEngine({
    npuFault,
    resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
    modelsFolder: modelsFolder(process.env),
  });
}

export interface JobOutcome {
  readonly events: readonly EngineEvent[];
  readonly segments: readonly Segment[];
  readonly text: string;
  readonly last: EngineEvent;
}

export async function runJob(
  engine: Engine,
  source: AudioSource | string,
  options: Partial<TranscribeOptions> = {},
  onEvent: (event: EngineEvent, abort: () => void) => void = () => undefined,
  resume: Checkpoint | null = null,
  sound: SoundFolder | null = null,
): Promise<JobOutcome> {
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  await engine.transcribe(
    {
      jobId: 'job',
      source: typeof source === 'string' ? { kind: 'file', path: source } : source,
      options: { ...DEFAULT_OPTIONS, ...options },
      resume,
      sound,
    },
    (event) => {
      events.push(event);
      onEvent(event, () => {
        controller.abort();
      });
    },
    controller.signal,
  );
  const segments = events.flatMap((event) => (event.kind === 'commit' ? event.segments : []));
  return { events, segments, text: transcriptText(segments), last: events.at(-1)! };
}
