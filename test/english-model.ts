/**
 * Where the tests find the model base.en, which set-up does not fetch: 148 MB more on every fresh machine. It
 * is used where it is installed, or where the benchmark has left its file.
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { modelsFolder } from '../src/models/store.mjs';

const FILE = 'ggml-base.en.bin';
const cache = join(import.meta.dirname, '..', '.cache');

function findModels(): string | null {
  const installed = modelsFolder(process.env);
  if (existsSync(join(installed, 'base.en', FILE))) return installed;
  const left = join(cache, 'bench', 'whisper.cpp', FILE);
  if (!existsSync(left)) return null;
  const folder = join(cache, 'test-models');
  mkdirSync(join(folder, 'base.en'), { recursive: true });
  const link = join(folder, 'base.en', FILE);
  if (!existsSync(link)) symlinkSync(left, link);
  return folder;
}

/** A models folder that has base.en, or null. */
export const ENGLISH_MODELS = findModels();
