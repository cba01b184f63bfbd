/**
 * `npm run eval -- --npu MANIFEST`: whether the decoder on the emulated NPU says what the CPU engine says, on every
 * recording of a list, and what that does to the error rate; so for the full and for the sparse vocabulary. What both
 * are held against is Whisper in float32 (float/float-backend.ts): its decoder alone, over the native engine's encoder, or
 * all of it. That is full precision where the model's file has such weights (base.en), and of a model that comes in int8
 * what its integers stand for. ONNX Runtime on the same int8 weights, where a model has them, stands beside them: other
 * arithmetic, no reference (its products are of int8, too, with scales of its own).
 *
 * The surprising thing: same means the same bits. The CPU engine is the reference of the NPU's arithmetic
 * (docs/npu.md), so that not only texts are compared but every token with its probability.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine, EngineConfig } from '../../src/engine/engine.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel } from '../../src/models/store.mjs';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import type { SparseSteps } from '../../src/shared/timing.js';
import { transcriptText } from '../../src/shared/transcript.js';
import type { Segment } from '../../src/shared/transcript.js';
import { buildFloatAddon, findFloatAddon, loadFloatAddon } from './float/float-addon.js';
import { floatOpener } from './float/float-backend.js';
import type { FloatPart } from './float/float-backend.js';
import { KeptResults } from './kept-results.js';
import { readManifest } from './manifest.js';
import type { Recording } from './manifest.js';
import { countFigures, formatDifferences, formatFigures, NPU_SUBJECTS } from './npu-figures.js';
import type { NpuHeard, NpuSubject } from './npu-figures.js';
import { ensureDelayed } from './report/delayed.js';
import { findFolders, readSpellings } from './setting.js';

const USAGE = `Usage: npm run eval -- --npu MANIFEST [--model ID] [--delays MS,...] [--subjects SUBJECT,...]
  SUBJECT  ${NPU_SUBJECTS.join(', ')}
  MS       silence before each recording, which is heard with each of them: the same words, rounded otherwise; 0
`;
/** A second. */
const LONGEST_DELAY_MS = 1000;

const OPTIONS: Readonly<Record<NpuSubject, Partial<TranscribeOptions>>> = {
  cpu: { device: 'cpu' },
  npu: { device: 'npu-emulated' },
  'npu-sparse': { device: 'npu-emulated', npuVocabulary: 'sparse' },
  onnx: { device: 'onnx' },
  // The voice detector's device; the decoder is another.
  'float-decoder': { device: 'cpu' },
  'float-model': { device: 'cpu' },
};

const FLOAT_PARTS: Readonly<Partial<Record<NpuSubject, FloatPart>>> = {
  'float-decoder': 'decoder',
  'float-model': 'model',
};

interface Choices {
  readonly manifest: string;
  readonly model: string;
  /** null: all that the model can be. */
  readonly subjects: readonly NpuSubject[] | null;
  readonly delaysMs: readonly number[];
}

const DelaysSchema = v.array(
  v.pipe(v.string(), v.digits(), v.transform(Number), v.maxValue(LONGEST_DELAY_MS)),
);

/** Throws an Error with what is wrong. */
function readChoices(args: readonly string[]): Choices {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { npu: { type: 'boolean' }, subjects: text, model: text, delays: text },
  });
  const asked = v.parse(v.optional(v.array(v.picklist(NPU_SUBJECTS))), values.subjects?.split(','));
  return {
    manifest: v.parse(v.tuple([v.string()]), positionals)[0],
    model: values.model ?? DEFAULT_OPTIONS.model,
    subjects: asked === undefined ? null : NPU_SUBJECTS.filter((subject) => asked.includes(subject)),
    delaysMs: v.parse(DelaysSchema, (values.delays ?? '0').split(',')),
  };
}

/** @returns exit code: 2 when the arguments cannot be read, 1 when something failed or is not the same. */
export async function runNpu(args: readonly string[]): Promise<number> {
  const folders = findFolders();
  let choices: Choices;
  let ability: Ability;
  try {
    choices = readChoices(args);
    ability = await findAbility(folders, choices.model);
    const strange = choices.subjects?.find((subject) => !ability.subjects.includes(subject));
    if (strange !== undefined) throw new Error(`the model ${choices.model} cannot be ${strange}`);
  } catch (error) {
    process.stderr.write(`eval: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const subjects = choices.subjects ?? ability.subjects;
  const root = dirname(folders.resourcesFolder);
  const recordings = (await readManifest(choices.manifest)).filter(
    ({ language }) => ability.isMultilingual || language === 'en',
  );
  const kept = await KeptResults.open(root, choices.model);
  const audioFolder = join(root, '.cache', 'eval', 'audio');
  let failures = 0;
  for (const subject of subjects) {
    const work = choices.delaysMs.flatMap((delayMs) =>
      recordings
        .filter(({ file }) => !kept.has(subject, file, delayMs))
        .map((recording) => ({ recording, delayMs })),
    );
    if (work.length === 0) continue;
    const engine = createEngine({ ...folders, ...(await openerOf(subject, root)) });
    try {
      for (const [index, { recording, delayMs }] of work.entries()) {
        const name = `${index + 1}/${work.length} ${subject} ${recording.file}`;
        try {
          const path = await ensureDelayed(recording, delayMs, audioFolder);
          const heard = await hear(engine, subject, choices.model, { ...recording, path });
          kept.add({ ...heard, delayMs });
          process.stderr.write(`${name}: ${heard.seconds.toFixed(1)} s\n`);
        } catch (error) {
          failures++;
          process.stderr.write(`${name}: failed: ${String(error)}\n`);
        }
      }
    } finally {
      await engine.close();
    }
  }
  const spellings = await readSpellings(join(folders.modelsFolder, DEFAULT_OPTIONS.model));
  const asked = kept.all().filter(({ delayMs }) => choices.delaysMs.includes(delayMs));
  const figures = NPU_SUBJECTS.map((subject) => countFigures(subject, recordings, asked, spellings));
  process.stdout.write(formatFigures(figures) + formatDifferences(figures));
  const different = figures.find(({ subject }) => subject === 'npu')?.different ?? [];
  for (const file of different) process.stdout.write(`not the same: ${file}\n`);
  return failures > 0 || different.length > 0 ? 1 : 0;
}

interface Ability {
  readonly subjects: readonly NpuSubject[];
  readonly isMultilingual: boolean;
}

/** What can be compared of a model. Throws an Error when it is not installed. */
async function findAbility({ resourcesFolder, modelsFolder }: EngineConfig, id: string): Promise<Ability> {
  const model = findModel(await readCatalog(resourcesFolder), id);
  const folder = folderOfModel(model, modelsFolder);
  if (!existsSync(folder)) throw new Error(`the model ${id} is not installed`);
  const { tokenizer } = await describeModel(model, folder);
  return {
    subjects: NPU_SUBJECTS.filter((subject) => subject !== 'onnx' || model.format === 'onnx'),
    isMultilingual: tokenizer.isMultilingual,
  };
}

async function openerOf(subject: NpuSubject, root: string): Promise<Pick<EngineConfig, 'openBackend'>> {
  const part = FLOAT_PARTS[subject];
  if (part === undefined) return {};
  await buildFloatAddon(root);
  return { openBackend: floatOpener(loadFloatAddon(findFloatAddon(root)), part) };
}

/** Throws an Error when the job did not end well. */
async function hear(
  engine: Engine,
  subject: NpuSubject,
  model: string,
  recording: Recording,
): Promise<Omit<NpuHeard, 'delayMs'>> {
  const tokens = createHash('sha256');
  const segments: Segment[] = [];
  let count = 0;
  const ends: (string | null)[] = [];
  let sparse: SparseSteps = { steps: 0, fallbacks: 0 };
  const began = performance.now();
  await engine.transcribe(
    {
      jobId: recording.file,
      source: { kind: 'file', path: recording.path },
      options: { ...DEFAULT_OPTIONS, ...OPTIONS[subject], model, language: recording.language },
    },
    (event) => {
      if (event.kind === 'token') {
        tokens.update(`${event.id} ${event.logProbability}\n`);
        count++;
      } else if (event.kind === 'commit') segments.push(...event.segments);
      else if (event.kind === 'timings') sparse = event.timings.sparse ?? sparse;
      else if (event.kind === 'failed') ends.push(event.failure.message);
      else if (event.kind === 'done') ends.push(null);
    },
    new AbortController().signal,
  );
  const [failure = 'the engine ended without a result'] = ends;
  if (failure !== null) throw new Error(failure);
  return {
    subject,
    file: recording.file,
    text: transcriptText(segments),
    hash: tokens.update(JSON.stringify(segments)).digest('hex'),
    tokens: count,
    sparseSteps: sparse.steps,
    sparseFallbacks: sparse.fallbacks,
    seconds: (performance.now() - began) / 1000,
  };
}
