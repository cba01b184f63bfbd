/** The parts of the benchmark in their order; the result to standard output, progress to standard error. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readDimensions } from '../../src/engine/model/model-files.js';
import { buildTree, treeFolder } from '../../src/setup/native-tree.mjs';
import { createTerminalReporter } from '../../src/setup/progress.mjs';
import { findFolders, readSpellings } from '../eval/setting.js';
import { readChoices, USAGE } from './arguments.js';
import type { Choices, Part, SetName } from './arguments.js';
import { startChild } from './child.js';
import type { EngineChild } from './child.js';
import { replaceSection } from './document-section.js';
import { isWhisperCpp } from './engine-ids.js';
import type { EngineId } from './engine-ids.js';
import { AudioMaker, findCorpus } from './joined-audio.js';
import type { AudioSet } from './joined-audio.js';
import { describeMachine, measureLimits, readLoad, readTicks } from './machine.js';
import { measureFiles } from './measure-files.js';
import type { OpenEngine } from './measure-files.js';
import { measureDecoder, measureEncoder } from './measure-parts.js';
import { measureStart } from './measure-start.js';
import type { FileSetResult, Report } from './measurements.js';
import { ensureEnglishModel, ensureWhisperCpp } from './peer-files.js';
import type { WorkerSetting } from './protocol.js';
import { STEP_MEGABYTES } from './report-tables.js';
import { formatReport } from './report-text.js';

type Results = Pick<
  Report,
  | 'emptyProcessBytes'
  | 'limits'
  | 'files'
  | 'peakBesideEncoder'
  | 'encoder'
  | 'readBesideDecoder'
  | 'decoder'
  | 'start'
>;

interface Bench {
  readonly choices: Choices;
  readonly script: string;
  readonly modelFolder: string;
  readonly setting: Omit<WorkerSetting, 'engine' | 'role'>;
  readonly audio: AudioMaker;
  /** machine_bench. */
  readonly program: string;
  readonly descriptions: Map<string, string>;
  readonly notes: string[];
}

const { say } = createTerminalReporter();

export async function runBenchmark(args: readonly string[], script: string): Promise<number> {
  let choices: Choices;
  try {
    choices = readChoices(args);
  } catch (error) {
    process.stderr.write(`bench: ${describe(error)}\n${USAGE}`);
    return 2;
  }
  try {
    if (choices.parts.includes('speculation')) {
      process.stdout.write(await runSpeculation(choices));
      return 0;
    }
    // Looked at before the measurement, which takes minutes.
    const document = choices.section === null ? null : await openDocument(choices.section);
    const report = formatReport(await measure(choices, script), choices.format);
    process.stdout.write(report);
    const command = `npm run bench -- ${args.join(' ')}`;
    await document?.write(`Made by \`${command}\`.\n\n${report.replace(/^### /gm, '#### ')}`);
    return 0;
  } catch (error) {
    process.stderr.write(`bench: ${describe(error)}\n`);
    return 1;
  }
}

/** Throws an Error when docs/performance.md has no such part. */
async function openDocument(section: string) {
  const path = join(dirname(findFolders().resourcesFolder), 'docs', 'performance.md');
  replaceSection(await readFile(path, 'utf8'), section, '');
  return {
    write: async (text: string) => {
      await writeFile(path, replaceSection(await readFile(path, 'utf8'), section, text));
    },
  };
}

/** Loads the engine into this process: nothing of it is measured from outside. */
async function runSpeculation({ threads, isQuick }: Choices): Promise<string> {
  const folders = findFolders();
  const root = dirname(folders.resourcesFolder);
  const { recordings } = await findCorpus(root);
  const { paths } = await new AudioMaker(root, recordings).queue(isQuick ? 2 : 20);
  const { measureSpeculation } = await import('./speculation.js');
  return await measureSpeculation({ folders, threads, paths, say });
}

async function measure(choices: Choices, script: string): Promise<Report> {
  const bench = await prepare(choices, script);
  const loadBefore = readLoad();
  const ticksBefore = readTicks();
  const results = await measureAll(bench);
  const ticks = readTicks();
  const { threads, runs, batchSize, isQuick } = choices;
  return {
    when: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    machine: describeMachine(),
    loadBefore,
    loadAfter: readLoad(),
    stolenShare: (ticks.stolen - ticksBefore.stolen) / (ticks.total - ticksBefore.total),
    isQuick,
    threads,
    runs,
    batchSize,
    notes: bench.notes,
    descriptions: Object.fromEntries(bench.descriptions),
    ...results,
  };
}

async function prepare(choices: Choices, script: string): Promise<Bench> {
  const folders = findFolders();
  const root = dirname(folders.resourcesFolder);
  const reporter = createTerminalReporter();
  const wantsWhisperCpp =
    choices.engines.some(isWhisperCpp) && choices.parts.some((part) => part !== 'machine');
  const whisperCppFolder = wantsWhisperCpp ? await ensureWhisperCpp(root, reporter) : null;
  if (choices.engines.includes('cpu-base.en')) await ensureEnglishModel(root, reporter);
  const { recordings, note } = await findCorpus(root);
  return {
    choices,
    script,
    modelFolder: join(folders.modelsFolder, 'base'),
    setting: { ...folders, threads: choices.threads, batchSize: choices.batchSize, whisperCppFolder },
    audio: new AudioMaker(root, recordings),
    program: await ensureMachineBench(root),
    descriptions: new Map(),
    notes: note === null ? [] : [note],
  };
}

/** The build tree is the one of the addon, so this is quick. */
async function ensureMachineBench(root: string): Promise<string> {
  const result = await buildTree(root, { configure: 'release', build: 'bench' }, () => undefined);
  if (!result.isGood) throw new Error(`machine_bench cannot be built; see ${result.logPath}`);
  return join(treeFolder(root, 'release'), 'machine_bench');
}

async function measureAll(bench: Bench): Promise<Results> {
  const { parts, engines, threads, runs, isQuick } = bench.choices;
  const wants = (part: Part) => parts.includes(part);
  const limits = wants('machine') ? await measureLimits(bench.program, threads, isQuick ? 3 : 9, null) : null;
  const start = wants('start')
    ? await measureStart(engines, await bench.audio.kennedy(), runs, (id) => open(bench, id, 'files'), say)
    : [];
  const encoder = wants('encoder') ? await measurePart(bench, 'encoder') : null;
  const decoder = wants('decoder') ? await measurePart(bench, 'decoder') : null;
  const files = wants('files') ? await measureWholeFiles(bench) : [];
  return {
    limits,
    start,
    peakBesideEncoder: encoder?.limits ?? [],
    encoder: encoder?.encoder ?? [],
    readBesideDecoder: decoder?.limits ?? [],
    decoder: decoder?.decoder ?? [],
    files,
    emptyProcessBytes: wants('files') ? await measureEmptyProcess() : null,
  };
}

async function open(bench: Bench, engine: EngineId, role: WorkerSetting['role']): Promise<EngineChild> {
  const child = await startChild(bench.script, { ...bench.setting, engine, role });
  bench.descriptions.set(engine, child.description);
  return child;
}

async function openAll(
  bench: Bench,
  engines: readonly EngineId[],
  role: WorkerSetting['role'],
): Promise<readonly OpenEngine[]> {
  const opened: OpenEngine[] = [];
  for (const id of engines) opened.push({ id, child: await open(bench, id, role) });
  return opened;
}

async function closeAll(engines: readonly OpenEngine[]): Promise<void> {
  for (const { child } of engines) await child.close();
}

async function measurePart(bench: Bench, part: 'encoder' | 'decoder') {
  const { choices, program } = bench;
  const able: readonly EngineId[] = ['cpu', 'cpu-base.en', 'onnx', 'whisper.cpp-q8', 'whisper.cpp-f16'];
  const engines = await openAll(
    bench,
    choices.engines.filter((id) => able.includes(id)),
    'parts',
  );
  const { paths } = await bench.audio.minutes(choices.isQuick ? 1 : 10);
  const common = {
    engines,
    path: paths[0] ?? '',
    runs: choices.runs,
    dimensions: await readDimensions(bench.modelFolder),
    note: say,
  };
  // The best of three: a limit that noise has lowered would flatter the engine.
  const measureInt8 = async () => {
    const { int8 } = await measureLimits(program, choices.threads, 3, 'int8');
    return int8.at(-1)?.best ?? Number.NaN;
  };
  const measureRead = async () => {
    const { read } = await measureLimits(program, choices.threads, 3, 'read');
    const found = read.filter(({ megabytes }) => megabytes === STEP_MEGABYTES);
    return found.at(-1)?.best ?? Number.NaN;
  };
  if (part === 'encoder') {
    const { limits, results } = await measureEncoder({ ...common, measureLimit: measureInt8 });
    await closeAll(engines);
    return { limits, encoder: results, decoder: [] };
  }
  const { limits, results } = await measureDecoder({ ...common, measureLimit: measureRead });
  await closeAll(engines);
  return { limits, encoder: [], decoder: results };
}

async function measureWholeFiles(bench: Bench): Promise<readonly FileSetResult[]> {
  const { engines, isQuick, runs } = bench.choices;
  const { audio } = bench;
  const makers: Readonly<Record<SetName, () => Promise<AudioSet>>> = {
    jfk: () => audio.kennedy(),
    queue: () => (isQuick ? audio.queue(3) : audio.queue()),
    '2min': () => audio.minutes(isQuick ? 1 : 2),
    '10min': () => audio.minutes(isQuick ? 1 : 10),
    '60min': () => audio.minutes(isQuick ? 1 : 60),
  };
  const sets: AudioSet[] = [];
  for (const name of bench.choices.sets) sets.push(await makers[name]());
  const spellings = await readSpellings(bench.modelFolder);
  const warmUp = [...(await audio.kennedy()).paths];
  const found: FileSetResult[] = [];
  // Processes of its own for each, so that one set's peak of memory is not another's.
  for (const set of sets) {
    const opened = await openAll(bench, engines, 'files');
    for (const { child } of opened) {
      await child.ask({ kind: 'load', paths: warmUp });
      await child.ask({ kind: 'transcribe', paths: warmUp });
    }
    found.push(await measureFiles(opened, set, runs, spellings, say));
    await closeAll(opened);
  }
  return found;
}

/** Peak resident set of a Node.js that does nothing. */
async function measureEmptyProcess(): Promise<number> {
  const code = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status', 'utf8'))";
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code]);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(stdout)?.[1] ?? Number.NaN) * 1024;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
