/**
 * What becomes of a job when the packed weights on the disk are not what they were, before it or while it
 * runs. On a copy of the installed model: real files, really damaged.
 */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, open, readFile, rename, rm, stat, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelsFolder } from '../../src/models/store.mjs';
import { WEIGHTS_NAME } from '../../src/engine/weights/ensure-weights.js';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { runJob } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');

let folder: string;
let weights: string;
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-damaged-'));
  await cp(join(modelsFolder(process.env), 'base'), join(folder, 'base'), { recursive: true });
  weights = join(folder, 'base', WEIGHTS_NAME);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  engine = createEngine({ resourcesFolder: join(ROOT, 'resources'), modelsFolder: folder });
});
afterEach(() => engine.close());

const listen = (onEvent?: (event: EngineEvent) => void) =>
  runJob(engine, KENNEDY, { device: 'cpu', language: 'en' }, onEvent);

async function expectGood(): Promise<void> {
  expect(plainWords((await listen()).text)).toBe(KENNEDY_WORDS);
}

/** In place, as the owner of the file can after all. The time of change moves, however coarse its clock is. */
async function writeInto(at: (size: number) => number, bytes: Buffer): Promise<void> {
  await chmod(weights, 0o644);
  const { size } = await stat(weights);
  const file = await open(weights, 'r+');
  await file.write(bytes, 0, bytes.length, at(size));
  await file.close();
  const now = Date.now() / 1000;
  await utimes(weights, now, now + 1);
}

/** Bytes of the vocabulary: the header is whole, but nothing said with them can be right. */
const damageData = (): Promise<void> => writeInto((size) => size >> 1, Buffer.alloc(1_000_000, 255));

describe.skipIf(!existsSync(ADDON))('packed weights that are not what was written', () => {
  it('fail the job before its first token, and are made anew for the next', async () => {
    await expectGood();
    await engine.close();
    engine = createEngine({ resourcesFolder: join(ROOT, 'resources'), modelsFolder: folder });
    await damageData();

    const { last, events } = await listen();

    expect(last).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'model-corrupt',
        message: expect.stringContaining('sha256 differs') as string,
        remedy: expect.stringContaining('made anew') as string,
      },
    });
    expect(events.filter(({ kind }) => kind === 'token' || kind === 'commit')).toEqual([]);
    await expectGood();
  });

  it('end the job in which they are written to, and are made anew for the next', async () => {
    await expectGood();
    let isDamaged = Promise.resolve();
    let tokens = 0;
    const { last } = await listen((event) => {
      if (event.kind === 'token' && tokens++ === 3) isDamaged = damageData();
    });
    await isDamaged;

    expect(last).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'model-corrupt',
        message: expect.stringContaining('changed while it was in use') as string,
      },
    });
    await expectGood();
  });

  it('end the job before which they were cut short, and are made anew for the next', async () => {
    await expectGood();
    await chmod(weights, 0o644);
    await truncate(weights, 1000);

    const { last } = await listen();

    expect(last).toMatchObject({ kind: 'failed', failure: { code: 'model-corrupt' } });
    await expectGood();
  });

  it('are used when they are whole, though nobody has verified them', async () => {
    await expectGood();
    await cp(weights, `${weights}.copy`);
    await rename(`${weights}.copy`, weights);
    const { ino } = await stat(weights);
    await engine.close();
    engine = createEngine({ resourcesFolder: join(ROOT, 'resources'), modelsFolder: folder });

    await expectGood();

    expect((await stat(weights)).ino).toBe(ino);
    const stamp = await readFile(join(folder, 'base', '.weights-verified.json'), 'utf8');
    expect(stamp).toContain(` ${ino} `);
  });

  it('of a newer version are left alone, and said to be', async () => {
    await expectGood();
    await engine.close();
    engine = createEngine({ resourcesFolder: join(ROOT, 'resources'), modelsFolder: folder });
    const header = (await readFile(weights)).subarray(0, 4096).toString('latin1');
    const at = header.indexOf('"version":"2"') + '"version":"'.length;
    await writeInto(() => at, Buffer.from('3'));

    const named = await listen();
    const chosen = await runJob(engine, KENNEDY, { language: 'en' });

    expect(named.last).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'engine-unavailable',
        message: expect.stringContaining('made by a newer Tilescribe') as string,
      },
    });
    expect(chosen.events[0]).toMatchObject({
      backend: expect.stringMatching(/^ONNX Runtime.*newer Tilescribe/) as string,
    });
    expect(plainWords(chosen.text)).toBe(KENNEDY_WORDS);
    expect((await readFile(weights)).subarray(at, at + 1).toString()).toBe('3');
  });
});
