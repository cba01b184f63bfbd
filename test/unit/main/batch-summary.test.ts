import { describe, expect, it } from 'vitest';
import { summarizeBatch } from '../../../src/main/batch-summary.js';

describe('batch summary', () => {
  it('names the file when there was one', () => {
    expect(summarizeBatch([{ state: 'done', fileName: 'a.mp3' }])).toEqual({
      title: 'Transcribed',
      body: 'a.mp3',
    });
    expect(summarizeBatch([{ state: 'failed', fileName: 'a.mp3' }])?.title).toBe('Could not be transcribed');
  });

  it('counts what was transcribed and what was not', () => {
    const summary = summarizeBatch([
      { state: 'done', fileName: 'a' },
      { state: 'done', fileName: 'b' },
      { state: 'failed', fileName: 'c' },
      { state: 'cancelled', fileName: 'd' },
    ]);

    expect(summary?.body).toBe('2 files transcribed, 1 file could not be transcribed.');
  });

  it('has nothing to say of what the user cancelled', () => {
    expect(summarizeBatch([{ state: 'cancelled', fileName: 'a' }])).toBeNull();
    expect(summarizeBatch([])).toBeNull();
  });
});
