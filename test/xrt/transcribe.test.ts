/**
 * Real speech through the real addon, the real plugin and the real XRT, the decoder's steps on the fake NPU: the text
 * is that of the CPU, whatever the NPU lacks or does wrong.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommandLine } from '../integration/command-line.js';
import { buildInside, isChrootUsable, runTilescribe, transcribeOnNpu } from './chroot.js';
import type { Machine } from './chroot.js';

const repository = join(import.meta.dirname, '..', '..');
const RECORDING = '.cache/speech/jfk.wav';
const ARGUMENTS = ['--device', 'cpu', '--json-events', `/mnt/repository/${RECORDING}`];
const isUsable = (await isChrootUsable()) && existsSync(join(repository, RECORDING));
const WORDS = /ask not what your country can do for you, ask what you can do for your country/;

/** Segments with times and words as they were committed: all that a user gets. */
function readSegments(stdout: string): string {
  const events = stdout.split('\n').filter((line) => line.includes('"kind":"commit"'));
  return events
    .map((line) => JSON.stringify((JSON.parse(line) as { segments: unknown }).segments))
    .join('\n');
}

/** The last thing that the NPU said of itself. */
function countRuns(output: string): { readonly runs: number; readonly failedRuns: number } {
  const match = /\[npu\] at the end: .*"runs":(\d+),"failedRuns":(\d+)/.exec(output);
  return { runs: Number(match?.[1] ?? 0), failedRuns: Number(match?.[2] ?? 0) };
}

describe.skipIf(!isUsable)('real speech through the real XRT', () => {
  let wanted = '';

  beforeAll(async () => {
    await buildInside();
    await buildCommandLine();
    const { stdout } = await runTilescribe(ARGUMENTS);
    wanted = readSegments(stdout);
  });

  test('has the words and times of the CPU, and every token but the prompt came from the NPU', async () => {
    const { exitCode, stdout, output } = await transcribeOnNpu(ARGUMENTS);

    expect(wanted).toMatch(WORDS);
    expect(readSegments(stdout)).toBe(wanted);
    expect(output).toMatch(/\[npu\] in use: .*"name":"RyzenAI-npu1","runtime":"XRT 2\.\d+\.\d+"/);
    expect(countRuns(output).runs).toBeGreaterThan(20);
    expect(countRuns(output).failedRuns).toBe(0);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['timeout', 'timed out'],
    ['abort', 'was aborted by the firmware'],
    ['gone', 'lost its context'],
  ])('"%s" in the middle of a window is told, and costs no word', async (fault, text) => {
    const { exitCode, stdout, output } = await transcribeOnNpu(ARGUMENTS, { fault: `${fault}@12` });

    expect(output).toContain(`[npu] fault: a step on the NPU ${text}`);
    expect(countRuns(output)).toEqual({ runs: 12, failedRuns: 1 });
    expect(readSegments(stdout)).toBe(wanted);
    expect(exitCode).toBe(0);
  });

  test.each<[string, Machine, RegExp]>([
    ['there is no NPU', { device: 'none' }, /no NPU on the PCI bus/],
    ['it may not be opened', { groups: 'none' }, /accel0 may not be opened: .* render/],
    ['too little memory may be locked', { memoryLockBytes: 8_388_608 }, /8 MB: XRT locks its buffers/],
    ['other programs have all its contexts', { contexts: 'taken' }, /its six are taken by other programs/],
  ])('where %s, that is told, and the CPU does the work', async (_name, machine, reason) => {
    const { exitCode, stdout, output } = await transcribeOnNpu(ARGUMENTS, machine);

    expect(output).toMatch(/\[npu\] not used: /);
    expect(output).toMatch(reason);
    expect(readSegments(stdout)).toBe(wanted);
    expect(exitCode).toBe(0);
  });
});
