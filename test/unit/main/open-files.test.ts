import { describe, expect, it } from 'vitest';
import { parseFileArguments, readHandOver } from '../../../src/main/open-files.js';

function parse(files: readonly string[], cwd = '/m'): string[] {
  return parseFileArguments({ argv: ['/usr/bin/tilescribe', ...files], cwd, isRunFromFolder: false });
}

describe('file arguments', () => {
  it('makes relative paths absolute by the folder the process was started in', () => {
    expect(parse(['a.mp3', '../b c.wav', '/x/d.mkv'], '/home/me/talks')).toEqual([
      '/home/me/talks/a.mp3',
      '/home/me/b c.wav',
      '/x/d.mkv',
    ]);
  });

  it('leaves switches out until "--", and takes everything after it as a file', () => {
    expect(parse(['--no-sandbox', 'a.mp3', '--', '-b.mp3', '--c', ''])).toEqual([
      '/m/a.mp3',
      '/m/-b.mp3',
      '/m/--c',
    ]);
  });

  it('leaves the folder of the app out when run from it, even behind switches of Chromium', () => {
    const argv = ['/x/electron', '--inspect=0', '--no-sandbox', '/repository', 'a.mp3', '--', 'b.mp3'];

    expect(parseFileArguments({ argv, cwd: '/m', isRunFromFolder: true })).toEqual(['/m/a.mp3', '/m/b.mp3']);
  });

  it('takes file addresses, as some launchers pass them', () => {
    expect(parse(['file:///m/a%20b.mp3', 'file://host/%zz'])).toEqual(['/m/a b.mp3', '/m/file:/host/%zz']);
  });

  it('reads the hand-over of a second process and ignores everything else', () => {
    expect(readHandOver({ paths: ['/a.mp3'] })).toEqual(['/a.mp3']);
    for (const other of [null, undefined, {}, { paths: 'a' }, { paths: [1] }, 'x']) {
      expect(readHandOver(other)).toEqual([]);
    }
  });
});
