/** Our own engine through its one door, with the options any user has. */
import { createEngine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { transcriptText } from '../../src/shared/transcript.js';
import type { Segment } from '../../src/shared/transcript.js';
import { LANGUAGE } from './bench-engine.js';
import type { FileEngine } from './bench-engine.js';
import type { WorkerSetting } from './protocol.js';
import { epochMs } from './protocol.js';

export function openOwnFiles(
  setting: WorkerSetting,
  choice: Pick<TranscribeOptions, 'model' | 'device' | 'batchSize' | 'beamSize'>,
): FileEngine {
  const engine = createEngine(setting);
  const options = { ...DEFAULT_OPTIONS, ...choice, threads: setting.threads, language: LANGUAGE } as const;

  const transcribe = async (path: string, onFirstToken: (at: number) => void): Promise<string> => {
    const segments: Segment[] = [];
    const ends: EngineEvent[] = [];
    await engine.transcribe(
      { jobId: path, source: { kind: 'file', path }, options },
      (event) => {
        if (event.kind === 'token') onFirstToken(epochMs());
        else if (event.kind === 'commit') segments.push(...event.segments);
        else if (event.kind === 'failed' || event.kind === 'done') ends.push(event);
      },
      new AbortController().signal,
    );
    const [end] = ends;
    if (end?.kind === 'failed') throw new Error(`${end.failure.message} ${end.failure.remedy}`);
    return transcriptText(segments);
  };

  return {
    description: `model ${choice.model}, device ${choice.device}, batch size ${choice.batchSize}, beam size ${choice.beamSize}`,
    load: () => Promise.resolve(),
    transcribe: (paths, onFirstToken) => Promise.all(paths.map((path) => transcribe(path, onFirstToken))),
    close: () => engine.close(),
  };
}
