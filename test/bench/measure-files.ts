/** Whole files through every engine: time, processor time, memory and errors. */
import { scoreText } from '../eval/score.js';
import { totalErrors } from '../eval/error-rate.js';
import type { Spellings } from '../eval/normalize-english.js';
import type { EngineId } from './engine-ids.js';
import type { EngineChild } from './child.js';
import type { AudioSet } from './joined-audio.js';
import type { FileResult, FileSetResult } from './measurements.js';
import { runRounds } from './rounds.js';

export interface OpenEngine {
  readonly id: EngineId;
  readonly child: EngineChild;
}

export async function measureFiles(
  engines: readonly OpenEngine[],
  set: AudioSet,
  runs: number,
  spellings: Spellings,
  note: (text: string) => void,
): Promise<FileSetResult> {
  const replies = await runRounds(engines, runs, async ({ id, child }, round) => {
    if (round === 0) await child.ask({ kind: 'load', paths: [...set.paths] });
    const reply = await child.ask({ kind: 'transcribe', paths: [...set.paths] });
    note(`${set.name}, run ${round + 1}, ${id}: ${(reply.ms / 1000).toFixed(1)} s`);
    return reply;
  });
  const results = engines.map(({ id }, index): FileResult => {
    const own = replies[index]!;
    const heard = own[0]?.texts.join(' ') ?? '';
    const errors = scoreText({ language: 'en', text: set.reference }, heard, spellings);
    return {
      engine: id,
      ms: own.map(({ ms }) => ms),
      cpuMs: own.map(({ cpuMs }) => cpuMs),
      peakBytes: own.at(-1)?.peakBytes ?? Number.NaN,
      errors: totalErrors(errors),
      words: errors.length,
    };
  });
  return { name: set.name, seconds: set.seconds, results };
}
