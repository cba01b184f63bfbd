import { describe, expect, it } from 'vitest';
import { findOnset, JOIN_SEEDS, joinRecordings } from '../../../eval/report/join-recordings.js';
import type { DecodedRecording } from '../../../eval/report/join-recordings.js';

const SECOND = 16_000;

/** Full of its own number, so that it can be found again; half a second of silence first. */
function createRecording(index: number): DecodedRecording {
  const pcm = new Int16Array(2 * SECOND + index).fill(20_000 + index, SECOND / 2);
  const recording = {
    file: `${index}`,
    path: `/${index}`,
    text: `words ${index}`,
    seconds: 2,
    language: 'en',
  } as const;
  return { recording, pcm, firstWordSeconds: index % 2 === 0 ? 0.25 : null };
}

const SEED = 4;
const many = Array.from({ length: 40 }, (_, index) => createRecording(index));

describe('joined recordings', () => {
  it('lie where their places say, each once, with nothing as loud outside', () => {
    const { pcm, places } = joinRecordings(many, 600, SEED);

    expect(places.length).toBeGreaterThan(10);
    expect(new Set(places.map(({ recording }) => recording.file)).size).toBe(places.length);
    let end = 0;
    for (const { recording, start, length, onset, firstWord } of places) {
      const one = many[Number(recording.file)]!;
      expect(start).toBeGreaterThanOrEqual(end);
      expect(start - end).toBeLessThanOrEqual(60 * SECOND);
      expect(pcm.subarray(end, start).every((sample) => Math.abs(sample) < 3_000)).toBe(true);
      expect(pcm.subarray(start, start + length)).toEqual(one.pcm);
      expect(onset).toBe(start + SECOND / 2);
      expect(firstWord).toBe(Number(recording.file) % 2 === 0 ? start + SECOND / 4 : null);
      end = start + length;
    }
    expect(pcm.subarray(end).every((sample) => Math.abs(sample) < 3_000)).toBe(true);
  });

  it('are as long as asked, give or take a recording and a gap', () => {
    const { pcm } = joinRecordings(many, 600, SEED);

    expect(pcm.length).toBeGreaterThanOrEqual(600 * SECOND);
    expect(pcm.length).toBeLessThan(725 * SECOND);
  });

  it('have gaps of silence and gaps of noise, short and long', () => {
    const { pcm, places } = joinRecordings(many, 600, SEED);
    const gaps = places.map(({ start }, i) => {
      const end = i === 0 ? 0 : places[i - 1]!.start + places[i - 1]!.length;
      return pcm.subarray(end, start);
    });

    expect(gaps.some((gap) => gap.every((sample) => sample === 0))).toBe(true);
    expect(gaps.filter((gap) => gap.some((sample) => sample !== 0)).length).toBeGreaterThan(3);
    expect(Math.max(...gaps.map(({ length }) => length))).toBeGreaterThan(40 * SECOND);
    expect(Math.min(...gaps.map(({ length }) => length))).toBeLessThan(20 * SECOND);
  });

  it('are the same each time', () => {
    const first = joinRecordings(many, 100, SEED);
    const second = joinRecordings(many, 100, SEED);

    expect(second.places).toEqual(first.places);
    expect(Buffer.from(second.pcm.buffer).equals(Buffer.from(first.pcm.buffer))).toBe(true);
  });

  it('are others for another seed', () => {
    const [first, second] = JOIN_SEEDS.map((seed) => joinRecordings(many, 100, seed).places);

    expect(second?.map(({ recording }) => recording.file)).not.toEqual(
      first?.map(({ recording }) => recording.file),
    );
  });

  it('end where the recordings do when there are too few', () => {
    expect(joinRecordings(many.slice(0, 2), 3600, SEED).places).toHaveLength(2);
    expect(joinRecordings([], 3600, SEED).places).toEqual([]);
  });
});

describe('the place where speech begins', () => {
  it('is past silence, faint noise and a click', () => {
    const pcm = new Int16Array(3 * SECOND);
    for (let i = 0; i < pcm.length; i++) pcm[i] = i % 2 === 0 ? 50 : -50;
    pcm.fill(30_000, SECOND, SECOND + 16);
    for (let i = 2 * SECOND; i < pcm.length; i++) pcm[i] = 10_000 * Math.sin(i / 5);

    expect(findOnset(pcm)).toBe(2 * SECOND);
  });

  it('is the beginning of sound without any', () => {
    expect(findOnset(new Int16Array(SECOND))).toBe(0);
    expect(findOnset(new Int16Array(0))).toBe(0);
  });
});
