import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeExtension, suggestFileName } from '../../../src/shared/export/file-name.js';

describe('removeExtension', () => {
  it.each([
    ['talk.mp4', 'talk'],
    ['talk.final.MP4', 'talk.final'],
    ['talk', 'talk'],
    ['talk.', 'talk.'],
    ['.mp3', '.mp3'],
    ['Interview 2024.11.22', 'Interview 2024.11.22'],
    ['v1.2 final', 'v1.2 final'],
    ['song.7z', 'song'],
    ['two\nlines.wav', 'two\nlines'],
    ['Präsident – 肯尼迪 (1961).mp3', 'Präsident – 肯尼迪 (1961)'],
  ])('%j keeps %j', (name, stem) => {
    expect(removeExtension(name)).toBe(stem);
  });
});

describe('suggestFileName', () => {
  it.each([
    ['talk.mp4', 'talk.srt'],
    ['/home/me/talk.mp4', 'talk.srt'],
    ['a "quoted" name?.mp3', 'a "quoted" name?.srt'],
    ['two\nlines\u0000.wav', 'two_lines_.srt'],
    ['gpj.\u202eexe.mp3', 'gpj._exe.srt'],
    ['../../etc/passwd', 'passwd.srt'],
    ['..', 'transcript.srt'],
    ['.hidden.mp3', 'hidden.srt'],
    ['', 'transcript.srt'],
    ['half \ud83d.wav', 'half _.srt'],
  ])('%j becomes %j', (name, suggested) => {
    expect(suggestFileName(name, 'srt')).toBe(suggested);
  });

  it('never is a path, hidden, or longer than a file system takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const suggested = suggestFileName(name, 'json');

        expect(suggested).toMatch(/^[^./\u0000][^/\u0000]*\.json$/su);
        expect(Buffer.byteLength(suggested)).toBeLessThanOrEqual(255);
        expect(Buffer.from(suggested).toString()).toBe(suggested);
      }),
    );
  });

  it('cuts a long name at a whole character', () => {
    const suggested = suggestFileName(`${'語'.repeat(200)}.wav`, 'srt');

    expect(suggested).toBe(`${'語'.repeat(83)}.srt`);
  });
});
