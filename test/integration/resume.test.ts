/**
 * A job that stops after any of its commits and goes on from there ends with the text of one that never stopped,
 * to the last figure. How processes die is test/integration/kills.test.ts; here it is what the engine carries.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { CommitEvent } from '../../src/shared/events.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { AUDIO_FILE, PEAKS_FILE } from '../../src/shared/sound-files.js';
import { openTestEngine, runJob } from './engine-jobs.js';
import { readSound, writeSound } from './joined-sound.js';
import { makeLongSound } from './long-sound.js';

const folder = mkdtempSync(join(tmpdir(), 'tilescribe-resume-'));
const recording = join(folder, 'talk.wav');
let engine: Engine;
beforeAll(async () => {
  engine = openTestEngine();
  await writeSound(recording, await makeLongSound(75));
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const CASES: readonly (readonly [string, Partial<TranscribeOptions>])[] = [
  ['in order, its language found', {}],
  [
    'in order, its language given, with a prompt and names',
    {
      language: 'en',
      initialPrompt: 'A reading.',
      vocabulary: ['Tilescribe'],
    },
  ],
  ['in order, its languages changing', { language: 'auto-multi' }],
  ['in order, all of it heard, drawn hot', { vad: 'off', temperature: 0.6 }],
  ['side by side', { batchSize: 3 }],
  ['side by side, all of it heard', { batchSize: 2, vad: 'off' }],
  ['a stretch of it', { range: { start: 96_000, end: 1_100_000 } }],
];

it.each(CASES)('goes on after each of its commits as if it had not stopped: %s', async (_, options) => {
  const whole = await runJob(engine, recording, options);
  const commits = whole.events.filter((event): event is CommitEvent => event.kind === 'commit');
  expect(commits.length).toBeGreaterThan(1);

  for (const [index, commit] of commits.entries()) {
    const rest = await runJob(engine, recording, options, undefined, commit.checkpoint);

    const before = commits.slice(0, index + 1).flatMap(({ segments }) => segments);
    expect([...before, ...rest.segments]).toEqual(whole.segments);
    expect(rest.last).toMatchObject({ kind: 'done', warning: null });
  }
});

it('keeps the sound as it was heard, and again the same after a stop', async () => {
  const wanted = { language: 'en' } as const;
  const sound = { folder, keepsAudio: true };
  const whole = await runJob(engine, recording, wanted, undefined, null, sound);
  const audio = readFileSync(join(folder, AUDIO_FILE));
  const peaks = readFileSync(join(folder, PEAKS_FILE));

  const heard = Buffer.from((await readSound(join(folder, AUDIO_FILE))).buffer);
  expect(heard.equals(Buffer.from((await readSound(recording)).buffer))).toBe(true);
  const [first] = whole.events.filter((event): event is CommitEvent => event.kind === 'commit');
  await runJob(engine, recording, wanted, undefined, first!.checkpoint, sound);

  expect(readFileSync(join(folder, AUDIO_FILE)).equals(audio)).toBe(true);
  expect(readFileSync(join(folder, PEAKS_FILE)).equals(peaks)).toBe(true);
});
