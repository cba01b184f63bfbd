/**
 * One CMake build tree of native/: a preset of native/CMakePresets.json, in .cache/native/PRESET. make
 * takes a file that a killed compiler left half written for whole, so a tree whose build did not come to
 * its end is made anew; a build that failed did come to its end, and goes on from where it was.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { omitVariables, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';

// The largest compiler process for these sources takes a quarter of it.
const BYTES_PER_JOB = 1_000_000_000;

/**
 * @typedef {object} TreePresets names in native/CMakePresets.json
 * @property {string} configure also the name of the tree's folder
 * @property {string} build what is built in it
 */

/**
 * @typedef {object} TreeResult
 * @property {boolean} isGood
 * @property {string} output of the last step: configuring, or building
 * @property {string} logPath the output of both
 */

/**
 * @param {string} root
 * @param {string} preset
 */
export function treeFolder(root, preset) {
  return join(root, '.cache', 'native', preset);
}

/** Processes at a time: one for each core, fewer where the memory is small. */
export function chooseJobs(cores = availableParallelism(), memoryBytes = totalmem()) {
  return Math.max(1, Math.min(cores, Math.floor(memoryBytes / BYTES_PER_JOB)));
}

/**
 * @param {string} root
 * @param {TreePresets} presets
 * @param {(percent: string) => void} onProgress
 * @returns {Promise<TreeResult>}
 */
export async function buildTree(root, presets, onProgress) {
  const folder = treeFolder(root, presets.configure);
  const marker = `${folder}.building`;
  const logPath = `${folder}.log`;
  await mkdir(join(folder, '..'), { recursive: true });
  await claimTree(folder, marker);
  let result = await runCmake(root, ['--preset', presets.configure]);
  if (result.exitCode !== 0) {
    // The tree may be of another place or another compiler than those of today.
    await rm(folder, { recursive: true, force: true });
    result = await runCmake(root, ['--preset', presets.configure]);
  }
  let log = result.output;
  if (result.exitCode === 0) {
    const jobs = String(chooseJobs());
    result = await runCmake(root, ['--build', '--preset', presets.build, '--parallel', jobs], (text) => {
      const percent = findPercent(text);
      if (percent !== null) onProgress(percent);
    });
    log += result.output;
  }
  await writeFile(logPath, log);
  // By a signal: what it was writing is half there.
  if (result.exitCode >= 128) await rm(folder, { recursive: true, force: true });
  await rm(marker, { force: true });
  return { isGood: result.exitCode === 0, output: result.output, logPath };
}

/**
 * Throws a SetupError when another process is at work in the tree.
 *
 * @param {string} folder
 * @param {string} marker there while a build is under way; names the process
 */
async function claimTree(folder, marker) {
  const found = await readFile(marker, 'utf8').catch(() => null);
  if (found !== null) {
    const [pid = ''] = found.split(' ');
    if (found === describeProcess(pid)) {
      throw new SetupError(
        `Process ${pid} is building the native engine at this moment.`,
        'Wait for it to end, then try again.',
      );
    }
    await rm(folder, { recursive: true, force: true });
  }
  await writeFile(marker, describeProcess(String(process.pid)) ?? '');
}

/**
 * @param {string} pid
 * @returns {string | null} "PID START": numbers of processes are used again, so the time of start is part
 * of it; null when there is no such process
 */
function describeProcess(pid) {
  try {
    // proc(5): field 22 is the start in clock ticks since boot; field 2, the name, may hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return `${pid} ${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}

/**
 * @param {string} text some output of make
 * @returns {string | null} the last percentage in it
 */
export function findPercent(text) {
  return [...text.matchAll(/^\[ *(\d+)%\]/gm)].at(-1)?.[1] ?? null;
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @param {(text: string) => void} [onOutput]
 */
function runCmake(root, args, onOutput) {
  return runCaptured('cmake', args, {
    cwd: join(root, 'native'),
    // Of a make that runs npm: its jobs are not for ours.
    env: omitVariables(process.env, ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL']),
    ...(onOutput === undefined ? {} : { onOutput }),
  });
}
