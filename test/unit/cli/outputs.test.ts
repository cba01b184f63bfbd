import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../../src/cli/arguments.js';
import { describeInput, planStems, saveTranscript } from '../../../src/cli/outputs.js';
import type { FilePath } from '../../../src/shared/engine-protocol.js';
import { AWKWARD } from '../export/awkward-transcript.js';

function files(...paths: readonly FilePath[]): readonly Input[] {
  return paths.map((path) => ({ kind: 'file', path }));
}

describe('planStems', () => {
  it('leaves out folder and extension', () => {
    expect(planStems([...files('/a/talk.final.mp4', '-x.wav', 'b/noext'), { kind: 'stdin' }])).toEqual([
      'talk.final',
      '-x',
      'noext',
      'stdin',
    ]);
  });

  it('never plans the same name twice', () => {
    const stems = planStems(
      files('talk.mp3', 'talk.mp4', 'b/talk.mp4', 'c/talk.mp4', 'talk.partial.wav', 'talk'),
    );

    expect(stems).toEqual(['talk', 'talk.mp4', 'talk.mp4.2', 'talk.mp4.3', 'talk.partial.wav', 'talk.2']);
  });

  it('never plans a name that is too long, nor half a character, nor the same one twice', () => {
    const name = `${'語'.repeat(83)}.wav`;
    const stems = planStems(files(name, `b/${name}`, `c/${name}`));

    expect(new Set(stems).size).toBe(3);
    for (const stem of stems) {
      expect(stem.length + '.partial.json'.length).toBeLessThanOrEqual(255);
      expect(Buffer.from(stem, 'latin1').toString('utf8')).not.toContain('\ufffd');
    }
  });
});

it('describeInput shows the name alone', () => {
  expect(describeInput({ kind: 'file', path: '/ä/語.wav' })).toBe('語.wav');
  expect(describeInput({ kind: 'file', path: Buffer.from([0x61, 0xff]) })).toBe('a\ufffd');
  expect(describeInput({ kind: 'stdin' })).toBe('stdin');
});

it('saveTranscript keeps the bytes of a name in the names of all its files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tilescribe-outputs-'));
  try {
    const [stem = ''] = planStems(files(Buffer.from([0x61, 0xff, 0x2e, 0x77, 0x61, 0x76])));

    await saveTranscript(AWKWARD, stem, { formats: ['srt', 'json'], folder, shape: null }, true);

    const names = readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
    expect(names.sort()).toEqual(['a\xff.partial.json', 'a\xff.partial.srt']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
