import { Buffer } from 'node:buffer';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DEPTH, MAX_FILES, expandPaths, isMediaName } from '../../../src/main/media-files.js';

describe('media files', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tilescribe-media-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const put = async (...names: string[]) => {
    for (const name of names) {
      const path = join(folder, name);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '');
    }
  };

  it('takes a file as it is, whatever its name, and one that does not exist too', async () => {
    await put('notes.txt');

    const { inputs } = await expandPaths([join(folder, 'notes.txt'), join(folder, 'gone.mp3')]);

    expect(inputs).toEqual([
      { kind: 'file', fileName: 'notes.txt', path: join(folder, 'notes.txt') },
      { kind: 'file', fileName: 'gone.mp3', path: join(folder, 'gone.mp3') },
    ]);
  });

  it('turns a folder into the recordings in it and below, in the order a person expects', async () => {
    await put(
      'Lecture 10.mp3',
      'Lecture 2.MP3',
      'slides.pdf',
      '.hidden.mp3',
      '._Lecture 2.mp3',
      'b/video.mkv',
    );

    const { inputs } = await expandPaths([folder]);

    expect(inputs.map((input) => input.fileName)).toEqual(['video.mkv', 'Lecture 2.MP3', 'Lecture 10.mp3']);
  });

  it('does not follow links to folders, so loops end', async () => {
    await put('a/one.mp3');
    await symlink(folder, join(folder, 'a', 'loop'));

    const { inputs } = await expandPaths([folder]);

    expect(inputs.map((input) => input.fileName)).toEqual(['one.mp3']);
  });

  it('goes only so deep', async () => {
    const levels = (count: number) => Array.from({ length: count }, (_, index) => `d${index}`).join('/');
    await put(`${levels(MAX_DEPTH)}/reached.mp3`, `${levels(MAX_DEPTH + 1)}/too-deep.mp3`);

    const { inputs } = await expandPaths([folder]);

    expect(inputs.map((input) => input.fileName)).toEqual(['reached.mp3']);
  });

  it('says that a folder has no recordings', async () => {
    await put('slides.pdf');

    const { inputs } = await expandPaths([folder]);

    expect(inputs).toMatchObject([{ kind: 'refused', failure: { code: 'file-is-folder' } }]);
  });

  it('stops at its limit and says so', async () => {
    await put('a.mp3', 'b.mp3');
    const many = Array.from({ length: MAX_FILES }, (_, index) => join(folder, `${index}.mp3`));

    const { inputs, isTruncated } = await expandPaths([...many, folder]);

    expect(inputs).toHaveLength(MAX_FILES);
    expect(isTruncated).toBe(true);
  });

  it('finds a file whose name is not UTF-8 by its bytes, in a folder and by its replaced name', async () => {
    const name = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2e, 0x6d, 0x70, 0x33]);
    const path = Buffer.concat([Buffer.from(`${folder}/`), name]);
    await writeFile(path, '');

    const fromFolder = await expandPaths([folder]);
    const byName = await expandPaths([join(folder, 'caf\uFFFD.mp3')]);

    expect(fromFolder.inputs).toEqual([
      { kind: 'file', fileName: 'caf\uFFFD.mp3', path: new Uint8Array(path) },
    ]);
    expect(byName.inputs).toEqual(fromFolder.inputs);
  });

  it('knows media by extension only, in any case', () => {
    expect(isMediaName('talk.MP3')).toBe(true);
    expect(isMediaName('talk.final.opus')).toBe(true);
    expect(isMediaName('mp3')).toBe(false);
    expect(isMediaName('.mp3')).toBe(false);
    expect(isMediaName('talk.mp3.part')).toBe(false);
  });
});
