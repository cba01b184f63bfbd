import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVocabulary } from '../../../src/cli/vocabulary.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-vocabulary-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('--vocabulary', () => {
  it('is a list with commas', async () => {
    expect(await readVocabulary('Ngũgĩ wa Thiong’o, XRT,,')).toEqual(['Ngũgĩ wa Thiong’o', 'XRT']);
  });

  it('is one term when there is no such file', async () => {
    expect(await readVocabulary('Tilescribe')).toEqual(['Tilescribe']);
  });

  it('is a file with a term on each line', async () => {
    const path = join(folder, 'names');
    writeFileSync(path, '# guests\r\nNgũgĩ wa Thiong’o\r\n\r\n Paris, Texas \n');

    expect(await readVocabulary(path)).toEqual(['Ngũgĩ wa Thiong’o', 'Paris, Texas']);
  });

  it.each([
    ['names.txt', 'file-not-found'],
    ['/no/such/file', 'file-not-found'],
    [tmpdir(), 'file-not-readable'],
    ['/dev/zero', 'wrong-usage'],
    ['x'.repeat(101), 'wrong-usage'],
    ['a,'.repeat(1001), 'wrong-usage'],
  ])('%.20s is refused as %s', async (given, code) => {
    await expect(readVocabulary(given)).rejects.toMatchObject({ code });
  });
});
