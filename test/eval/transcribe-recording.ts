/** One recording through our engine: its text and how long it took, or why there is none. */
import type { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/shared/events.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { samplesToSeconds } from '../../src/shared/time.js';
import { transcriptText } from '../../src/shared/transcript.js';
import type { Segment } from '../../src/shared/transcript.js';
import type { Recording } from './manifest.js';
import { scoreText } from './score.js';
import type { FileScore } from './score.js';
import type { Spellings } from './normalize-english.js';

export async function transcribeRecording(
  engine: Engine,
  recording: Recording,
  options: TranscribeOptions,
  spellings: Spellings,
): Promise<FileScore> {
  const segments: Segment[] = [];
  let last: EngineEvent | null = null;
  await engine.transcribe(
    { jobId: recording.file, source: { kind: 'file', path: recording.path }, options },
    (event) => {
      last = event;
      if (event.kind === 'commit') segments.push(...event.segments);
    },
    new AbortController().signal,
  );
  const heard = transcriptText(segments);
  return { recording, heard, errors: scoreText(recording, heard, spellings), ...readEnd(last, recording) };
}

function readEnd(
  last: EngineEvent | null,
  recording: Recording,
): Pick<FileScore, 'failure' | 'audioSeconds' | 'elapsedSeconds'> {
  if (last?.kind === 'done') {
    const { audio, totalMs, loadMs } = last.stats;
    return {
      failure: null,
      audioSeconds: samplesToSeconds(audio),
      elapsedSeconds: (totalMs - loadMs) / 1000,
    };
  }
  const failure = last?.kind === 'failed' ? last.failure.message : 'the engine ended without a result';
  return { failure, audioSeconds: recording.seconds, elapsedSeconds: 0 };
}
