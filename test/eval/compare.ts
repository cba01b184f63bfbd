/**
 * `npm run compare -- MANIFEST`: our engine and the peer (peer.ts) on the same recordings, one after the
 * other so that both meet the same machine; who goes first alternates. Both start greedy with the
 * language given, and both are scored by the same rules. Exit code 1 when ours makes more errors in all.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/engine/engine.js';
import { COMMON_OPTIONS, COMMON_USAGE, readCommonChoices, runWithChoices, toOptions } from './arguments.js';
import type { CommonChoices } from './arguments.js';
import { totalErrors } from './error-rate.js';
import { readManifest } from './manifest.js';
import type { Recording } from './manifest.js';
import { openPeer } from './peer.js';
import { summarize } from './score.js';
import type { FileScore } from './score.js';
import { findFolders, readSpellings } from './setting.js';
import { formatSummary } from './table.js';
import { transcribeRecording } from './transcribe-recording.js';

const PROGRAM = {
  name: 'compare',
  usage: `Usage: npm run compare -- MANIFEST ${COMMON_USAGE}`,
} as const;

interface Pair {
  readonly ours: FileScore;
  readonly peer: FileScore;
}

function readChoices(args: string[]): CommonChoices {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: COMMON_OPTIONS });
  return readCommonChoices(values, positionals);
}

async function measure(choices: CommonChoices, recordings: readonly Recording[]): Promise<readonly Pair[]> {
  const folders = findFolders();
  const modelFolder = join(folders.modelsFolder, choices.model);
  const spellings = await readSpellings(modelFolder);
  const engine = createEngine(folders);
  const peer = await openPeer(modelFolder);
  const options = toOptions(choices);
  const runOurs = (recording: Recording) =>
    transcribeRecording(engine, recording, { ...options, language: recording.language }, spellings);
  const runPeer = (recording: Recording) => peer.transcribe(recording, spellings);
  const pairs: Pair[] = [];
  try {
    for (const [index, recording] of recordings.entries()) {
      const isOursFirst = index % 2 === 0;
      const first = await (isOursFirst ? runOurs : runPeer)(recording);
      const second = await (isOursFirst ? runPeer : runOurs)(recording);
      const pair = isOursFirst ? { ours: first, peer: second } : { ours: second, peer: first };
      pairs.push(pair);
      process.stderr.write(
        `${index + 1}/${recordings.length} ${recording.file}: ` +
          `errors ours ${totalErrors(pair.ours.errors)}, peer ${totalErrors(pair.peer.errors)}\n`,
      );
    }
  } finally {
    await engine.close();
    await peer.close();
  }
  return pairs;
}

function describePair({ ours, peer }: Pair): string {
  const lines = [
    `${ours.recording.file}: errors ours ${totalErrors(ours.errors)}, peer ${totalErrors(peer.errors)}`,
    `  said: ${ours.recording.text}`,
    `  ours: ${ours.failure ?? ours.heard.trim()}`,
    `  peer: ${peer.failure ?? peer.heard.trim()}`,
  ];
  return `${lines.join('\n')}\n`;
}

function describeFiles(title: string, pairs: readonly Pair[]): string {
  return pairs.length === 0 ? '' : `\n${title}: ${pairs.length}\n${pairs.map(describePair).join('')}`;
}

function report(pairs: readonly Pair[]): string {
  const difference = ({ ours, peer }: Pair) => totalErrors(ours.errors) - totalErrors(peer.errors);
  return [
    `Ours (Tilescribe)\n${formatSummary(summarize(pairs.map((pair) => pair.ours)))}`,
    `\nPeer (transformers.js)\n${formatSummary(summarize(pairs.map((pair) => pair.peer)))}`,
    describeFiles(
      'Files where ours is worse',
      pairs.filter((pair) => difference(pair) > 0),
    ),
    describeFiles(
      'Files where ours is better',
      pairs.filter((pair) => difference(pair) < 0),
    ),
  ].join('');
}

function sumErrors(scores: readonly FileScore[]): number {
  return scores.reduce((sum, score) => sum + totalErrors(score.errors), 0);
}

async function run(choices: CommonChoices): Promise<number> {
  const recordings = (await readManifest(choices.manifest)).slice(0, choices.limit);
  const pairs = await measure(choices, recordings);
  process.stdout.write(report(pairs));
  const isWorse = sumErrors(pairs.map((pair) => pair.ours)) > sumErrors(pairs.map((pair) => pair.peer));
  return isWorse ? 1 : 0;
}

process.exit(await runWithChoices(PROGRAM, readChoices, run));
