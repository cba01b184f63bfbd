/**
 * How long the app takes to be there and what its window costs: part of `npm run bench:window`. The time runs from
 * the spawn of the process until the page's form takes files, and so includes what Playwright needs to connect.
 * Memory is proportional (PSS of /proc/PID/smaps_rollup): what processes share is counted once.
 *
 * Prints figures; judges nothing, because they are those of the machine and its load.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'vitest';
import { addFiles, launchApp, makeLongRecording, waitForState } from '../e2e/fixtures.js';
import type { RunningApp } from '../e2e/fixtures.js';

const STARTS = 9;
const SECONDS = 600;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Megabytes of a process's own and its share of what it shares. */
function readProportional(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes) / 1000;
}

async function reportMemory(when: string, { electron }: RunningApp): Promise<void> {
  const processes = await electron.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, type, name }) => ({ pid, type, name: name ?? type })),
  );
  const sizes = processes.map(({ pid, type, name }) => ({ type, name, megabytes: readProportional(pid) }));
  const ofWindow = sizes.filter(({ type }) => type === 'Browser' || type === 'Tab');
  const sum = ofWindow.reduce((all, { megabytes }) => all + megabytes, 0);
  const list = sizes.map(({ name, megabytes }) => `${name} ${megabytes.toFixed(0)}`).join(', ');
  process.stdout.write(`memory ${when}: main and renderer ${sum.toFixed(0)} MB (${list})\n`);
}

test('start and memory', { timeout: 180_000 }, async () => {
  const times: number[] = [];
  for (let start = 0; start <= STARTS; start++) {
    const began = performance.now();
    await using app = await launchApp();
    await app.page.getByTestId('drop-zone').isEnabled();
    // The first reads the disk.
    if (start > 0) times.push(performance.now() - began);
  }
  const [least, most] = [Math.min(...times), Math.max(...times)];
  process.stdout.write(
    `start to usable window: n ${times.length}, median ${median(times).toFixed(0)} ms (${least.toFixed(0)}-${most.toFixed(0)})\n`,
  );

  await using app = await launchApp();
  await reportMemory('at the start', app);
  const long = await makeLongRecording(app.folder, SECONDS);
  await addFiles(app.page, long);
  await app.page.getByTestId('segment').nth(5).waitFor({ timeout: 120_000 });
  await reportMemory('while ten minutes are transcribed', app);
  await waitForState(app.page, basename(long), 'done');
  await reportMemory('with the transcript of ten minutes', app);
});
