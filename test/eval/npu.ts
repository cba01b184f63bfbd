/**
 * `npm run eval -- --npu MANIFEST`: whether the decoder on the emulated NPU says what the CPU engine says, on every
 * recording of a list, and what that does to the error rate; so for the full and for the sparse vocabulary. ONNX
 * Runtime on the same model is the float32 arithmetic that both are held against. What was heard is kept in
 * .cache/eval/npu recording by recording, so that a run that is interrupted goes on where it was.
 *
 * The surprising thing: same means the same bits. The CPU engine is the reference of the NPU's arithmetic
 * (docs/npu.md), so that not only texts are compared but every token with its probability.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { NativeBackend } from '../../src/engine/backend/native-backend.js';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { hashSources } from '../../src/setup/build.mjs';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { transcriptText } from '../../src/shared/transcript.js';
import type { Segment } from '../../src/shared/transcript.js';
import { readManifest } from './manifest.js';
import type { Recording } from './manifest.js';
import { countFigures, formatFigures, NPU_SUBJECTS, NpuHeardSchema } from './npu-figures.js';
import type { NpuHeard, NpuSubject } from './npu-figures.js';
import { hashMeasured } from './report/measured-sources.js';
import { findFolders, readSpellings } from './setting.js';

const USAGE = `Usage: npm run eval -- --npu MANIFEST [--subjects ${NPU_SUBJECTS.join(',')}]\n`;

const OPTIONS: Readonly<Record<NpuSubject, Partial<TranscribeOptions>>> = {
  cpu: { device: 'cpu' },
  npu: { device: 'npu-emulated' },
  'npu-sparse': { device: 'npu-emulated', npuVocabulary: 'sparse' },
  onnx: { device: 'onnx' },
};

/** @returns exit code: 2 when the arguments cannot be read, 1 when something failed or is not the same. */
export async function runNpu(args: readonly string[]): Promise<number> {
  let manifest: string;
  let subjects: readonly NpuSubject[];
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { npu: { type: 'boolean' }, subjects: { type: 'string' } },
    });
    const asked = v.parse(v.array(v.picklist(NPU_SUBJECTS)), values.subjects?.split(',') ?? NPU_SUBJECTS);
    subjects = NPU_SUBJECTS.filter((subject) => asked.includes(subject));
    manifest = v.parse(v.tuple([v.string()]), positionals)[0];
  } catch (error) {
    process.stderr.write(`eval: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const folders = findFolders();
  const root = dirname(folders.resourcesFolder);
  const recordings = await readManifest(manifest);
  const kept = await KeptResults.open(root);
  let failures = 0;
  for (const subject of subjects) {
    const engine = createEngine(folders);
    try {
      for (const [index, recording] of recordings.entries()) {
        if (kept.has(subject, recording.file)) continue;
        try {
          const heard = await hear(engine, subject, recording);
          kept.add(heard);
          const progress = `${index + 1}/${recordings.length} ${subject} ${recording.file}`;
          process.stderr.write(`${progress}: ${heard.seconds.toFixed(1)} s\n`);
        } catch (error) {
          failures++;
          process.stderr.write(`${subject} ${recording.file}: failed: ${String(error)}\n`);
        }
      }
    } finally {
      await engine.close();
    }
  }
  const spellings = await readSpellings(join(folders.modelsFolder, DEFAULT_OPTIONS.model));
  const figures = NPU_SUBJECTS.map((subject) => countFigures(subject, recordings, kept.all(), spellings));
  process.stdout.write(formatFigures(figures));
  const different = figures.find(({ subject }) => subject === 'npu')?.different ?? [];
  for (const file of different) process.stdout.write(`not the same: ${file}\n`);
  return failures > 0 || different.length > 0 ? 1 : 0;
}

/** Throws an Error when the job did not end well. */
async function hear(engine: Engine, subject: NpuSubject, recording: Recording): Promise<NpuHeard> {
  const tokens = createHash('sha256');
  const segments: Segment[] = [];
  let count = 0;
  const ends: (string | null)[] = [];
  const sparseBefore = countSparse();
  const began = performance.now();
  await engine.transcribe(
    {
      jobId: recording.file,
      source: { kind: 'file', path: recording.path },
      options: { ...DEFAULT_OPTIONS, ...OPTIONS[subject], language: recording.language },
    },
    (event) => {
      if (event.kind === 'token') {
        tokens.update(`${event.id} ${event.logProbability}\n`);
        count++;
      } else if (event.kind === 'commit') segments.push(...event.segments);
      else if (event.kind === 'failed') ends.push(event.failure.message);
      else if (event.kind === 'done') ends.push(null);
    },
    new AbortController().signal,
  );
  const [failure = 'the engine ended without a result'] = ends;
  if (failure !== null) throw new Error(failure);
  const sparse = countSparse();
  return {
    subject,
    file: recording.file,
    text: transcriptText(segments),
    hash: tokens.update(JSON.stringify(segments)).digest('hex'),
    tokens: count,
    sparseSteps: sparse.steps - sparseBefore.steps,
    sparseFallbacks: sparse.fallbacks - sparseBefore.fallbacks,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Every backend that was given to the NPU. The engine keeps them to itself, and nobody else asks for these counts. */
const onNpu: NativeBackend[] = [];
const giveToNpu = Object.getOwnPropertyDescriptor(NativeBackend.prototype, 'useNpu')!
  .value as NativeBackend['useNpu'];
NativeBackend.prototype.useNpu = async function (this: NativeBackend, options): Promise<void> {
  await giveToNpu.call(this, options);
  onNpu.push(this);
};

/** Not while a job runs. */
function countSparse(): { readonly steps: number; readonly fallbacks: number } {
  const state = onNpu.at(-1)?.describeNpu() ?? null;
  return { steps: state?.sparseSteps ?? 0, fallbacks: state?.sparseFallbacks ?? 0 };
}

/** A file of JSON lines for each state of the sources. */
class KeptResults {
  readonly #path: string;
  readonly #found: NpuHeard[];

  private constructor(path: string, found: NpuHeard[]) {
    this.#path = path;
    this.#found = found;
  }

  static async open(root: string): Promise<KeptResults> {
    const { own } = await hashMeasured(root);
    const device = await hashSources(root, ['native/npu', 'kernels']);
    const key = createHash('sha256').update(own).update(device).digest('hex').slice(0, 16);
    const folder = join(root, '.cache', 'eval', 'npu');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${key}.jsonl`);
    const content = await readFile(path, 'utf8').catch(() => '');
    // A line that was cut off is as if it were not there.
    const found = content.split('\n').flatMap((line) => {
      const result = v.safeParse(v.pipe(v.string(), v.parseJson(), NpuHeardSchema), line);
      return result.success ? [result.output] : [];
    });
    return new KeptResults(path, found);
  }

  has(subject: NpuSubject, file: string): boolean {
    return this.#found.some((heard) => heard.subject === subject && heard.file === file);
  }

  add(heard: NpuHeard): void {
    appendFileSync(this.#path, `\n${JSON.stringify(heard)}\n`);
    this.#found.push(heard);
  }

  all(): readonly NpuHeard[] {
    return this.#found;
  }
}
