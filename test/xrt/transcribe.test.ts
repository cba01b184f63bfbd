/**
 * Real speech by `--device npu`: the real engine, addon, plugin and XRT on the fake NPU, whose runs the emulator
 * executes. The text is that of the CPU, whatever the NPU lacks or does wrong.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { EngineEventSchema } from '../../src/shared/events.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { buildCommandLine } from '../integration/command-line.js';
import { buildInside, isChrootUsable, runTilescribe, runWithDesign } from './chroot.js';
import type { Machine } from './chroot.js';

const repository = join(import.meta.dirname, '..', '..');
const RECORDING = '.cache/speech/jfk.wav';
const isUsable = (await isChrootUsable()) && existsSync(join(repository, RECORDING));
const WORDS = /ask not what your country can do for you, ask what you can do for your country/;

const argumentsFor = (device: string): readonly string[] => [
  ...['--device', device, '--json-events', `/mnt/repository/${RECORDING}`],
];

function readEvents(stdout: string): readonly EngineEvent[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => v.parse(EngineEventSchema, JSON.parse(line)));
}

/** Every token with its probability. */
function readTokens(stdout: string): readonly string[] {
  return readEvents(stdout).flatMap((event) =>
    event.kind === 'token' ? [`${event.id} ${event.logProbability}`] : [],
  );
}

const readSegments = (stdout: string) =>
  readEvents(stdout).flatMap((event) => (event.kind === 'commit' ? event.segments : []));

const readText = (stdout: string): string =>
  readSegments(stdout)
    .map(({ text }) => text)
    .join('');

describe.skipIf(!isUsable)('real speech through the real XRT', () => {
  let wanted = '';

  beforeAll(async () => {
    await buildInside();
    await buildCommandLine();
    wanted = (await runTilescribe(argumentsFor('cpu'))).stdout;
  });

  test('has the tokens, their probabilities, the words and times of the CPU', async () => {
    const { exitCode, stdout } = await runWithDesign(argumentsFor('npu'));

    const opened = readEvents(stdout).find((event) => event.kind === 'opened');
    expect(opened?.backend).toMatch(/NPU/);
    expect(readText(wanted)).toMatch(WORDS);
    expect(readTokens(stdout)).toEqual(readTokens(wanted));
    expect(readSegments(stdout)).toEqual(readSegments(wanted));
    expect(exitCode).toBe(0);
  });

  // Runs 1 and 2 are the known answers, 3 to 14 the self-test's tokens.
  test.each([
    [
      'a known answer',
      1,
      /failed its self-test: known answer rows1_runs1: vocabulary's sums of these planes: [1-9]/,
    ],
    [
      'the tokens',
      9,
      /failed its self-test: .*[1-9]\d* of the NPU's integer sums are not those of the vocabulary/,
    ],
  ])(
    'a bit of the weights that is another in %s: npu says so and auto takes the CPU',
    async (_name, run, reason) => {
      const machine = { fault: `flip@${run}` };
      const named = await runWithDesign(argumentsFor('npu'), machine);
      const chosen = await runWithDesign(argumentsFor('auto'), machine);

      expect(named.output).toMatch(reason);
      expect(named.exitCode).toBe(1);
      const opened = readEvents(chosen.stdout).find((event) => event.kind === 'opened');
      expect(opened?.backend).toMatch(/^native engine on the CPU/);
      expect(chosen.output).toMatch(reason);
      expect(readTokens(chosen.stdout)).toEqual(readTokens(wanted));
      expect(chosen.exitCode).toBe(0);
    },
  );

  test('with the sparse vocabulary has the tokens of the emulator in our own process', async () => {
    const sparse = ['--npu-vocabulary', 'sparse'];
    const npu = await runWithDesign([...sparse, ...argumentsFor('npu')]);
    const emulated = await runTilescribe([...sparse, ...argumentsFor('npu-emulated')]);

    expect(readEvents(npu.stdout).find((event) => event.kind === 'opened')?.backend).toMatch(/sparse/);
    expect(readTokens(npu.stdout).length).toBeGreaterThan(20);
    expect(readTokens(npu.stdout)).toEqual(readTokens(emulated.stdout));
    expect(npu.exitCode).toBe(0);
  });

  // The self-test has the first runs, the window those after it.
  test.each(['timeout', 'abort', 'gone'])(
    '"%s" in the middle of the window is told, and the CPU decodes it again',
    async (fault) => {
      const { exitCode, stdout } = await runWithDesign(argumentsFor('npu'), { fault: `${fault}@25` });

      const retries = readEvents(stdout).flatMap((event) =>
        event.kind === 'attempt' ? [event.retryReason] : [],
      );
      expect(retries).toEqual([null, 'device-fault']);
      expect(readText(stdout)).toBe(readText(wanted));
      expect(readSegments(stdout).every(({ reasons }) => reasons?.includes('device-fallback'))).toBe(true);
      expect(exitCode).toBe(0);
    },
  );

  test.each<[string, Machine, RegExp]>([
    ['there is no NPU', { device: 'none' }, /no NPU on the PCI bus/],
    ['it may not be opened', { groups: 'none' }, /accel0 may not be opened: .* render/],
    ['too little memory may be locked', { memoryLockBytes: 8_388_608 }, /8 MB: XRT locks its buffers/],
    ['other programs have all its contexts', { contexts: 'taken' }, /its six are taken by other programs/],
  ])('where %s, npu says so and auto takes the CPU', async (_name, machine, reason) => {
    const named = await runWithDesign(argumentsFor('npu'), machine);
    const chosen = await runWithDesign(argumentsFor('auto'), machine);

    expect(named.output).toMatch(reason);
    expect(named.exitCode).toBe(1);
    expect(chosen.output).toMatch(reason);
    expect(readTokens(chosen.stdout)).toEqual(readTokens(wanted));
    expect(chosen.exitCode).toBe(0);
  });
});
