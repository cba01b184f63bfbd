/** The addon of the full-precision model (native/reference/addon.cc): building it, and what it looks like from here. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ModelDimensions } from '../../../src/engine/backend/backend.js';
import { lastLines } from '../../../src/setup/command.mjs';
import { buildTree, treeFolder } from '../../../src/setup/native-tree.mjs';
import type { FloatTensors } from './float-weights.js';

/** All calls are on this thread, and throw. Windows and texts are numbers. */
export interface NativeFloatModel {
  /** @param samples float32 [200 + 480000 + 200], the window with its edges. */
  encode(samples: Float32Array, positions: number): number;
  /** An empty text over a window. */
  begin(window: number): number;
  /** Adds the tokens. @returns float32 [wanted, vocabulary]: what comes after each of those tokens, by their index. */
  feed(text: number, tokens: readonly number[], wanted: readonly number[]): Float32Array;
  copy(text: number): number;
  /** @param heads layer, head, layer, head, …; @returns float32 [tokens - firstRow, positions]. */
  align(
    window: number,
    tokens: readonly number[],
    firstRow: number,
    positions: number,
    heads: readonly number[],
  ): Float32Array;
  releaseWindow(window: number): void;
  releaseText(text: number): void;
}

export interface FloatAddon {
  /** @param nativeWeights the packed file of the native engine, whose encoder is then used; null for our own. */
  readonly FloatModel: new (
    dimensions: ModelDimensions,
    tensors: FloatTensors,
    nativeWeights: string | null,
  ) => NativeFloatModel;
}

const PRESETS = { configure: 'release', build: 'reference' };

/** Where `npm test` and `buildFloatAddon` leave it. */
export function findFloatAddon(root: string): string {
  return join(treeFolder(root, PRESETS.configure), 'tilescribe_reference.node');
}

/** Does next to nothing when it is built. Throws an Error with the compiler's last words. */
export async function buildFloatAddon(root: string): Promise<void> {
  const { isGood, output } = await buildTree(root, PRESETS, () => undefined);
  if (!isGood) throw new Error(`the full-precision model cannot be built:\n${lastLines(output, 30)}`);
}

/** Throws an Error. */
export function loadFloatAddon(path: string): FloatAddon {
  const loaded: unknown = createRequire(import.meta.url)(path);
  if (isFloatAddon(loaded)) return loaded;
  throw new Error(`${path} is not the addon of the full-precision model`);
}

function isFloatAddon(loaded: unknown): loaded is FloatAddon {
  return typeof loaded === 'object' && loaded !== null && 'FloatModel' in loaded;
}
