import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../../eval/report/configurations.js';
import { ResultStore } from '../../../eval/report/result-store.js';
import type { Heard } from '../../../eval/report/result-store.js';
import { toSamples } from '../../../../src/shared/time.js';

const [CPU, BEAM] = [CONFIGURATIONS[0]!, CONFIGURATIONS[1]!];
const HASHES = { own: 'one', 'transformers.js': 'two', 'whisper.cpp': 'three' };
const HEARD: Heard = {
  key: 'k',
  name: 'a.wav',
  text: ' Grüße\n',
  audioSeconds: 2,
  processorSeconds: 1,
  segments: [{ start: toSamples(0), end: toSamples(320), text: ' Grüße\n' }],
  retries: ['loop'],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-results-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('what was heard', () => {
  it('is known to the next run, for that configuration and those sources alone', async () => {
    await new ResultStore(folder, HASHES).add(CPU, HEARD);

    expect(await new ResultStore(folder, HASHES).read(CPU)).toEqual(new Map([['k', HEARD]]));
    expect(await new ResultStore(folder, { ...HASHES, 'whisper.cpp': 'other' }).read(CPU)).toEqual(
      new Map([['k', HEARD]]),
    );
    expect(await new ResultStore(folder, HASHES).read(BEAM)).toEqual(new Map());
    expect(await new ResultStore(folder, { ...HASHES, own: 'other' }).read(CPU)).toEqual(new Map());
  });

  it('is not that of the engine without a guard', async () => {
    if (CPU.kind !== 'own') throw new Error('the first is ours');
    await new ResultStore(folder, HASHES).add(CPU, HEARD);

    expect(await new ResultStore(folder, HASHES).read({ ...CPU, guardsLeftOut: ['loop'] })).toEqual(
      new Map(),
    );
  });

  it('survives a line that was cut off, and goes on after it', async () => {
    await new ResultStore(folder, HASHES).add(CPU, HEARD);
    const [file = ''] = await readdir(folder);
    await appendFile(join(folder, file), '{"key":"l","na');
    const store = new ResultStore(folder, HASHES);
    await store.add(CPU, { ...HEARD, key: 'm' });

    expect([...(await store.read(CPU)).keys()]).toEqual(['k', 'm']);
    expect([...(await new ResultStore(folder, HASHES).read(CPU)).keys()]).toEqual(['k', 'm']);
  });
});
