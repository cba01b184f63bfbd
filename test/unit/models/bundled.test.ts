import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkBundledModels } from '../../../src/models/bundled.mjs';

let root: string;
let resources: string;
let models: string;
let source: string;
let target: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tilescribe-bundled-'));
  resources = join(root, 'resources');
  models = join(root, 'models');
  source = join(resources, 'models', 'silero-vad', 'silero_vad.onnx');
  target = join(models, 'silero-vad', 'silero_vad.onnx');
  mkdirSync(join(resources, 'models', 'silero-vad'), { recursive: true });
  const catalog = readFileSync(join(import.meta.dirname, '../../../resources/models/catalog.json'));
  writeFileSync(join(resources, 'models', 'catalog.json'), catalog);
  writeFileSync(source, 'bundled');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

test('a model of the package is linked into the models folder, and one that is not there is not', async () => {
  await linkBundledModels(resources, models);
  await linkBundledModels(resources, models);

  expect(readlinkSync(target)).toBe(source);
  expect(readFileSync(target, 'utf8')).toBe('bundled');
  expect(() => lstatSync(join(models, 'base'))).toThrow();
});

test('what the user has stays', async () => {
  mkdirSync(join(models, 'silero-vad'), { recursive: true });
  writeFileSync(target, 'own');

  await linkBundledModels(resources, models);

  expect(readFileSync(target, 'utf8')).toBe('own');
});

test('a link that points to nothing is renewed', async () => {
  mkdirSync(join(models, 'silero-vad'), { recursive: true });
  symlinkSync(join(root, 'gone'), target);

  await linkBundledModels(resources, models);

  expect(readlinkSync(target)).toBe(source);
});

test('a models folder that cannot be made is no error', async () => {
  writeFileSync(models, 'in the way');

  await expect(linkBundledModels(resources, models)).resolves.toBeUndefined();
});
