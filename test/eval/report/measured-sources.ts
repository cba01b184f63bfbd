/**
 * What decides what an engine hears, as one hash: results are kept as long as it stays. In: the root of the
 * project. Of the TypeScript sources it is the files that the engine imports for their values, directly or not, so
 * that a change of the app, of a type or of an exporter makes nothing be heard again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import * as v from 'valibot';
import { hashSources } from '../../../src/setup/build.mjs';
import type { Configuration } from './configurations.js';

/** By the kind of configuration: changes when that kind may hear something else. */
export type SourceHashes = Readonly<Record<Configuration['kind'], string>>;

interface Measured {
  /** With all that they import. */
  readonly entries: readonly string[];
  /** Files and folders. */
  readonly others: readonly string[];
  /** As package-lock.json has them. */
  readonly packages: readonly string[];
}

const MEASURED: Readonly<Record<Configuration['kind'], Measured>> = {
  own: {
    entries: ['src/engine/engine.ts'],
    others: [
      ...['CMakeLists.txt', 'addon', 'audio', 'base', 'cpu', 'voice', 'whisper'].map(
        (name) => `native/${name}`,
      ),
      'resources/models',
    ],
    packages: ['onnxruntime-node'],
  },
  'transformers.js': {
    entries: [],
    others: ['test/eval/peer.ts'],
    packages: ['@huggingface/transformers', 'onnxruntime-node'],
  },
  'whisper.cpp': {
    entries: [],
    others: ['test/bench/whisper-cpp', 'test/bench/peer-files.ts', 'test/bench/quantize-ggml.ts'],
    packages: [],
  },
};

const LockSchema = v.object({
  packages: v.record(v.string(), v.looseObject({ integrity: v.optional(v.string()) })),
});

export async function hashMeasured(root: string): Promise<SourceHashes> {
  return {
    own: await hashOne(root, MEASURED.own),
    'transformers.js': await hashOne(root, MEASURED['transformers.js']),
    'whisper.cpp': await hashOne(root, MEASURED['whisper.cpp']),
  };
}

async function hashOne(root: string, { entries, others, packages }: Measured): Promise<string> {
  const imported = await listImported(entries.map((entry) => join(root, entry)));
  const sources = [...imported.map((path) => relative(root, path)), ...others];
  const versions = packages.length === 0 ? [] : await readVersions(root, packages);
  return createHash('sha256')
    .update(await hashSources(root, sources))
    .update(versions.join())
    .digest('hex');
}

/** Every copy of the packages that is installed, other packages' own ones included. */
async function readVersions(root: string, packages: readonly string[]): Promise<readonly string[]> {
  const lock = v.parse(
    v.pipe(v.string(), v.parseJson(), LockSchema),
    await readFile(join(root, 'package-lock.json'), 'utf8'),
  );
  return Object.entries(lock.packages).flatMap(([path, { integrity = '' }]) =>
    packages.some((name) => path.endsWith(`node_modules/${name}`)) ? [`${path} ${integrity}`] : [],
  );
}

/** `import … from`, `export … from` and `import 'x'` of our own files, but for those of types alone. */
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^;']*?\sfrom\s+)?'(\.[^']+)'/gm;

/** The files themselves, and all that they import for its value, sorted. */
export async function listImported(entries: readonly string[]): Promise<readonly string[]> {
  const found = new Set(entries);
  // A set that grows while it is walked: what is added is walked too.
  for (const path of found) {
    for (const [, specifier = ''] of (await readFile(path, 'utf8')).matchAll(IMPORT)) {
      found.add(findSource(join(dirname(path), specifier)));
    }
  }
  return [...found].sort();
}

/** TypeScript is imported by the name of what it is compiled to. */
function findSource(path: string): string {
  const source = path.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : path;
}
