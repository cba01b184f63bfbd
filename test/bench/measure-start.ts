/** From the spawn of a process to the first token of a short file, and to its end; files in the page cache. */
import type { EngineChild } from './child.js';
import type { EngineId } from './engine-ids.js';
import type { AudioSet } from './joined-audio.js';
import type { StartResult } from './measurements.js';
import { epochMs } from './protocol.js';
import { runRounds } from './rounds.js';

interface Times {
  readonly firstTokenMs: number;
  readonly wholeMs: number;
}

export async function measureStart(
  engines: readonly EngineId[],
  set: AudioSet,
  runs: number,
  start: (engine: EngineId) => Promise<EngineChild>,
  note: (text: string) => void,
): Promise<readonly StartResult[]> {
  const startOnce = async (engine: EngineId): Promise<Times> => {
    const child = await start(engine);
    await child.ask({ kind: 'load', paths: [...set.paths] });
    const reply = await child.ask({ kind: 'transcribe', paths: [...set.paths] });
    const wholeMs = epochMs() - child.spawnedAt;
    await child.close();
    return { firstTokenMs: (reply.firstTokenAt ?? Number.NaN) - child.spawnedAt, wholeMs };
  };
  for (const engine of engines) await startOnce(engine);
  const times = await runRounds(engines, runs, async (engine, round) => {
    const found = await startOnce(engine);
    note(`start, run ${round + 1}, ${engine}: ${found.firstTokenMs.toFixed(0)} ms to the first token`);
    return found;
  });
  return engines.map((engine, index) => ({
    engine,
    firstTokenMs: times[index]!.map(({ firstTokenMs }) => firstTokenMs),
    wholeMs: times[index]!.map(({ wholeMs }) => wholeMs),
  }));
}
