/**
 * `npm run eval -- --report`: hears what is not known yet, and writes the measured part of docs/accuracy.md.
 * Progress to standard error. What was heard is kept in .cache/eval; so are the sounds.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { decodeWithFfmpeg } from '../../bench/ffmpeg-pcm.js';
import { describeMachine, readLoad } from '../../bench/machine.js';
import { readManifest } from '../manifest.js';
import type { Recording } from '../manifest.js';
import { findFolders, readSpellings } from '../setting.js';
import { readReportChoices, REPORT_USAGE } from './choices.js';
import type { ReportChoices } from './choices.js';
import { CONFIGURATIONS } from './configurations.js';
import type { Configuration } from './configurations.js';
import { writeDelayed } from './delayed.js';
import { ENGLISH, LONG_ENGLISH, SHORT_ENGLISH } from './findings.js';
import type { Findings, Joined, Material } from './findings.js';
import { findFirstWords } from './first-words.js';
import { JOIN_SEEDS, joinRecordings } from './join-recordings.js';
import type { DecodedRecording } from './join-recordings.js';
import { itemsOf, renderReport, replaceBlock } from './render.js';
import { hashMeasured } from './measured-sources.js';
import { ResultStore } from './result-store.js';
import { runWork } from './run-work.js';
import { createItem, writeMadeSounds, writeWav } from './sounds.js';
import type { Item } from './sounds.js';
import { findObstacle, toInt16 } from './subjects.js';
import type { SubjectSetting } from './subjects.js';

const FULL = { soundSeconds: 600, joinedSeconds: 3600 } as const;
const QUICK = { soundSeconds: 20, joinedSeconds: 60 } as const;
/** Of each language, the shortest. */
const QUICK_RECORDINGS = 3;
/** Of those with more than a word or two. */
const QUICK_SHORTEST_SECONDS = 3;

/** @returns exit code: 2 when the arguments cannot be read, 1 when something could not be heard. */
export async function runReport(args: readonly string[]): Promise<number> {
  let choices: ReportChoices;
  try {
    choices = readReportChoices(args);
  } catch (error) {
    process.stderr.write(`eval: ${describe(error)}\n${REPORT_USAGE}`);
    return 2;
  }
  try {
    return await report(choices);
  } catch (error) {
    process.stderr.write(`eval: ${describe(error)}\n`);
    return 1;
  }
}

async function report(choices: ReportChoices): Promise<number> {
  const load = readLoad();
  const folders = findFolders();
  const root = dirname(folders.resourcesFolder);
  const setting = { folders, audioFolder: join(root, '.cache', 'eval', 'audio') };
  const sounds = await findSounds(choices, root, setting.audioFolder);
  const items = itemsOf(sounds);
  const hashes = await hashMeasured(root);
  const store = new ResultStore(join(root, '.cache', 'eval', 'heard'), hashes);
  const { able, failures } = choices.isCached
    ? { able: [], failures: [] }
    : checkAll(choices.configurations, setting);
  const { parts } = choices;
  if (!choices.isCached) {
    failures.push(...(await runWork({ configurations: able, parts, items, store, setting, say })));
  }
  const heard = new Map<string, Awaited<ReturnType<ResultStore['read']>>>();
  for (const configuration of CONFIGURATIONS) heard.set(configuration.id, await store.read(configuration));
  const spellings = await readSpellings(join(folders.modelsFolder, 'base'));
  const findings: Findings = { configurations: CONFIGURATIONS, heard, spellings, ...sounds };
  const block = renderReport(findings, {
    when: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    machine: describeMachine(),
    load,
    sourcesHash: hashes.own,
    isQuick: choices.isQuick,
    failures,
  });
  await writeReport(choices, root, block);
  return failures.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function checkAll(
  configurations: readonly Configuration[],
  setting: SubjectSetting,
): { readonly able: readonly Configuration[]; readonly failures: string[] } {
  const able: Configuration[] = [];
  const failures: string[] = [];
  for (const configuration of configurations) {
    const obstacle = findObstacle(configuration, setting);
    if (obstacle === null) able.push(configuration);
    else failures.push(`${configuration.id}: ${obstacle}`);
  }
  return { able, failures };
}

async function findSounds(
  { manifest, isQuick }: ReportChoices,
  root: string,
  audioFolder: string,
): Promise<Material> {
  const all = await readManifest(manifest ?? findManifest(root));
  const chosen = isQuick ? chooseQuick(all) : all;
  if (chosen.length === 0) throw new Error('there is no recording in the manifest');
  say('preparing the sounds');
  const recordings: Item[] = [];
  for (const recording of chosen) recordings.push(await createItem(recording));
  const short = recordings.filter(({ recording }) => SHORT_ENGLISH.includes(recording));
  const { soundSeconds, joinedSeconds } = isQuick ? QUICK : FULL;
  return {
    recordings,
    sounds: await writeMadeSounds(audioFolder, soundSeconds),
    delayed: await writeDelayed(short, audioFolder),
    joined: await writeJoined(recordings, joinedSeconds, audioFolder),
  };
}

function findManifest(root: string): string {
  const corpus = process.env['TILESCRIBE_SPEECH'] ?? join(root, '..', 'shared', 'speech');
  const path = join(corpus, 'dev', 'manifest.jsonl');
  if (existsSync(path)) return path;
  throw new Error(`there is no speech corpus at ${corpus}: give a MANIFEST, or set TILESCRIBE_SPEECH`);
}

/** The shortest of each language, and the shortest long one. */
function chooseQuick(recordings: readonly Recording[]): readonly Recording[] {
  const counts = new Map<string, number>();
  const sorted = recordings
    .filter(({ seconds }) => seconds >= QUICK_SHORTEST_SECONDS)
    .toSorted((first, second) => first.seconds - second.seconds);
  const long = sorted.find(LONG_ENGLISH.includes);
  const short = sorted.filter(({ language }) => {
    const count = (counts.get(language) ?? 0) + 1;
    counts.set(language, count);
    return count <= QUICK_RECORDINGS;
  });
  return long === undefined || short.includes(long) ? short : [...short, long];
}

async function writeJoined(
  items: readonly Item[],
  seconds: number,
  audioFolder: string,
): Promise<readonly Joined[]> {
  const english = items.filter(({ recording }) => ENGLISH.includes(recording));
  if (english.length === 0) return [];
  const decoded: DecodedRecording[] = [];
  const firstWords = await findFirstWords(english, join(dirname(audioFolder), 'first-words.json'));
  for (const { recording, key } of english) {
    const pcm = toInt16(await decodeWithFfmpeg(recording.path));
    decoded.push({ recording, pcm, firstWordSeconds: firstWords.get(key) ?? null });
  }
  const joined: Joined[] = [];
  for (const seed of JOIN_SEEDS) joined.push(await writeJoinedOnce(decoded, seconds, seed, audioFolder));
  return joined;
}

async function writeJoinedOnce(
  decoded: readonly DecodedRecording[],
  seconds: number,
  seed: number,
  audioFolder: string,
): Promise<Joined> {
  const { pcm, places } = joinRecordings(decoded, seconds, seed);
  const hash = createHash('sha256').update(new Uint8Array(pcm.buffer)).digest('hex');
  const path = join(audioFolder, `joined-${hash.slice(0, 16)}.wav`);
  if (!existsSync(path)) await writeWav(path, pcm);
  const text = places.map(({ recording }) => recording.text).join(' ');
  const name = `joined, seed ${seed}, ${places.length} recordings`;
  const recording: Recording = { file: name, path, text, seconds: pcm.length / 16_000, language: 'en' };
  return { item: await createItem(recording), places };
}

async function writeReport({ out }: ReportChoices, root: string, block: string): Promise<void> {
  if (out.kind === 'docs') {
    const path = join(root, 'docs', 'accuracy.md');
    await writeFile(path, await formatMarkdown(replaceBlock(await readFile(path, 'utf8'), block), path));
    say(`written to ${path}`);
    return;
  }
  const text = await formatMarkdown(block, join(root, 'docs', 'accuracy.md'));
  if (out.kind === 'stdout') process.stdout.write(text);
  else await writeFile(out.path, text);
}

/** As `npm run check` wants it. @param path whose settings hold */
async function formatMarkdown(text: string, path: string): Promise<string> {
  return await format(text, { ...(await resolveConfig(path)), filepath: path });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
