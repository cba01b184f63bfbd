/**
 * What `npm run eval -- --npu` has heard, kept in .cache/eval/npu recording by recording, so that a run that is
 * interrupted goes on where it was: a file of JSON lines for each subject, model and state of the sources that decide
 * what the subject hears.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { hashSources } from '../../src/setup/build.mjs';
import { NPU_SUBJECTS, NpuHeardSchema } from './npu-figures.js';
import type { NpuHeard, NpuSubject } from './npu-figures.js';
import { hashMeasured } from './report/measured-sources.js';

/** Besides those of the engine. */
const SOURCES: Readonly<Record<NpuSubject, readonly string[]>> = {
  cpu: [],
  npu: ['native/npu', 'kernels'],
  'npu-sparse': ['native/npu', 'kernels'],
  onnx: [],
  'float-decoder': ['native/reference', 'test/eval/float'],
  'float-model': ['native/reference', 'test/eval/float'],
};

export class KeptResults {
  readonly #paths: ReadonlyMap<NpuSubject, string>;
  readonly #found: NpuHeard[];

  private constructor(paths: ReadonlyMap<NpuSubject, string>, found: NpuHeard[]) {
    this.#paths = paths;
    this.#found = found;
  }

  /** @param root of the project. */
  static async open(root: string, model: string): Promise<KeptResults> {
    const { own } = await hashMeasured(root);
    const folder = join(root, '.cache', 'eval', 'npu');
    await mkdir(folder, { recursive: true });
    const paths = new Map<NpuSubject, string>();
    const found: NpuHeard[] = [];
    for (const subject of NPU_SUBJECTS) {
      const sources = await hashSources(root, SOURCES[subject]);
      const key = createHash('sha256').update(own).update(sources).digest('hex').slice(0, 16);
      const path = join(folder, `${model}-${subject}-${key}.jsonl`);
      paths.set(subject, path);
      found.push(...readLines(await readFile(path, 'utf8').catch(() => '')));
    }
    return new KeptResults(paths, found);
  }

  has(subject: NpuSubject, file: string, delayMs: number): boolean {
    return this.#found.some(
      (heard) => heard.subject === subject && heard.file === file && heard.delayMs === delayMs,
    );
  }

  /** On disk when it returns. */
  add(heard: NpuHeard): void {
    // The break before it ends a line that was cut off.
    appendFileSync(this.#paths.get(heard.subject)!, `\n${JSON.stringify(heard)}\n`);
    this.#found.push(heard);
  }

  all(): readonly NpuHeard[] {
    return this.#found;
  }
}

/** A line that was cut off is as if it were not there. */
function readLines(content: string): readonly NpuHeard[] {
  return content.split('\n').flatMap((line) => {
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), NpuHeardSchema), line);
    return result.success ? [result.output] : [];
  });
}
