/**
 * The compiled design of the NPU, as kernels/build leaves it: manifest.json with the hashes of all files, the
 * xclbin and the instruction streams. In: a folder. Out: what NativeSession.useNpu takes, every file's hash checked.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { NativeNpuOptions } from './native-addon.js';

type NpuDesign = NonNullable<NativeNpuOptions['design']>;

export type NpuDesignResult =
  | { readonly ok: true; readonly design: NpuDesign }
  | { readonly ok: false; readonly reason: string; readonly isMissing: boolean };

const DESIGN = 'decoder_step';
/** The order of `Patch` in native/npu/program.h. */
const PATCHES = ['none', 'text', 'window', 'vocabulary', 'results'] as const;
const MAX_ROWS = 4;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const file = v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/));
const integer = v.pipe(v.number(), v.safeInteger());

const PointSchema = v.object({
  patch: v.picklist(PATCHES),
  layer: integer,
  index: integer,
  pair: integer,
  offset_word: integer,
  length_word: integer,
});

const ManifestSchema = v.object({
  schema: v.literal(1),
  designs: v.array(
    v.object({
      name: v.string(),
      kernel_name: v.string(),
      xclbin: v.object({ file, sha256: hash }),
      instructions: v.array(
        v.object({
          sequence: v.string(),
          file,
          sha256: hash,
          patches: v.exactOptional(v.array(PointSchema)),
        }),
      ),
    }),
  ),
});

export async function readNpuDesign(folder: string): Promise<NpuDesignResult> {
  let text: string;
  try {
    text = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch {
    return {
      ok: false,
      isMissing: true,
      reason: 'no compiled design is there',
    };
  }
  try {
    return { ok: true, design: await readDesign(folder, text) };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, isMissing: false, reason: `the NPU's compiled design is damaged: ${problem}` };
  }
}

async function readDesign(folder: string, text: string): Promise<NpuDesign> {
  const manifest = v.parse(ManifestSchema, JSON.parse(text));
  const design = manifest.designs.find(({ name }) => name === DESIGN);
  if (design === undefined) throw new Error(`the manifest has no ${DESIGN}`);
  await readHashed(folder, design.xclbin);
  const streams = [];
  for (let rows = 1; rows <= MAX_ROWS; rows++) {
    for (let runs = 1; runs <= rows; runs++) {
      const name = `rows${rows}_runs${runs}`;
      const found = design.instructions.find(({ sequence }) => sequence === name);
      if (found?.patches === undefined) throw new Error(`${name} or its patch points are missing`);
      const bytes = await readHashed(folder, found);
      streams.push({
        words: new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
        points: Int32Array.from(
          found.patches.flatMap((point) => [
            PATCHES.indexOf(point.patch),
            point.layer,
            point.index,
            point.pair,
            point.offset_word,
            point.length_word,
          ]),
        ),
      });
    }
  }
  return {
    xclbin: join(folder, design.xclbin.file),
    kernelName: design.kernel_name,
    hash: design.xclbin.sha256,
    streams,
  };
}

async function readHashed(
  folder: string,
  { file: name, sha256 }: { readonly file: string; readonly sha256: string },
): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, name));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error(`${name} has another hash`);
  return bytes;
}
