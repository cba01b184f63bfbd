import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolder, describePath, writeFileAtomically } from '../../../src/node/write-file.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-write-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('writeFileAtomically', () => {
  it('writes a new file and leaves nothing else behind', async () => {
    await writeFileAtomically(join(folder, 'a.txt'), 'ä 👍\n');

    expect(readdirSync(folder)).toEqual(['a.txt']);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('ä 👍\n');
  });

  it('replaces a file and keeps its permissions', async () => {
    const path = join(folder, 'a.txt');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);

    await writeFileAtomically(path, 'new');

    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('replaces the file behind a symbolic link, not the link', async () => {
    writeFileSync(join(folder, 'real.txt'), 'old');
    symlinkSync('real.txt', join(folder, 'link.txt'));

    await writeFileAtomically(join(folder, 'link.txt'), 'new');

    expect(lstatSync(join(folder, 'link.txt')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.txt'), 'utf8')).toBe('new');
  });

  it('takes names that are not UTF-8', async () => {
    const name = Buffer.from([0x61, 0xff, 0x2e, 0x74, 0x78, 0x74]);

    await writeFileAtomically(Buffer.concat([Buffer.from(`${folder}/`), name]), 'text');

    expect(readdirSync(folder, { encoding: 'buffer' })).toEqual([name]);
  });

  it('writes into a device instead of replacing it, and says that it is full', async () => {
    await expect(writeFileAtomically('/dev/full', 'text')).rejects.toMatchObject({ code: 'disk-full' });

    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it.each([
    ['a folder that does not exist', 'missing/a.txt', /does not exist/],
    ['a folder as the target', '.', /folder/],
    ['a name that is too long', 'x'.repeat(300), /too long/],
    ['a name with a NUL', 'a\0b', /null bytes/],
  ])('refuses %s with a sentence', async (_case, name, reason) => {
    const failure = await writeFileAtomically(`${folder}/${name}`, 'text').catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: 'write-failed', message: expect.stringMatching(reason) as string });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('createFolder', () => {
  it('makes parents and is content when the folder is there', async () => {
    await createFolder(join(folder, 'a', 'b'));
    await createFolder(join(folder, 'a', 'b'));

    expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true);
  });

  it('says so when a file is in the way', async () => {
    writeFileSync(join(folder, 'a'), '');

    await expect(createFolder(join(folder, 'a'))).rejects.toMatchObject({ code: 'write-failed' });
  });
});

it('describePath shows bytes that are not UTF-8 as replacement characters', () => {
  expect(describePath(Buffer.from([0x61, 0xff]))).toBe('a\ufffd');
});

/** A real file system of 64 KiB; only root can mount one. */
function mountSmallDisk(at: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at]).status === 0;
}

describe('a full disk', () => {
  it('keeps the old file whole, leaves no partial one, and says disk-full', async (context) => {
    if (!mountSmallDisk(folder)) {
      context.skip('mounting a small file system needs root');
      return;
    }
    try {
      const path = join(folder, 'talk.srt');
      writeFileSync(path, 'old');

      const failure = await writeFileAtomically(path, 'x'.repeat(100_000)).catch((error: unknown) => error);

      expect(failure).toMatchObject({ code: 'disk-full' });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['talk.srt']);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  it('a read-only disk is write-failed and keeps the old file', async (context) => {
    if (!mountSmallDisk(folder)) {
      context.skip('mounting a small file system needs root');
      return;
    }
    try {
      const path = join(folder, 'talk.srt');
      writeFileSync(path, 'old');
      execFileSync('mount', ['-o', 'remount,ro', folder]);

      const failure = await writeFileAtomically(path, 'new').catch((error: unknown) => error);

      expect(failure).toMatchObject({
        code: 'write-failed',
        message: expect.stringContaining('read-only') as string,
      });
      expect(readFileSync(path, 'utf8')).toBe('old');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
