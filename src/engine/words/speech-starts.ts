/**
 * Words that begin before anybody speaks: after a pause the first word of a saying takes some of the noise before it, which
 * is no quieter than the word's own beginning, or lies in that noise altogether. In: segments with words, and what the
 * voice detector heard. Out: the same with later starts. The ends of segments stay, and so does where the next window
 * begins. Pure.
 */
import { SAMPLE_RATE_HZ, toSamples } from '../../shared/time.js';
import type { Word } from '../../shared/transcript.js';
import { findSpeech } from '../voice/late-speech.js';
import type { NumberedFrames } from '../voice/late-speech.js';
import { FRAME_SAMPLES } from '../voice/voice-model.js';
import type { LooseSegment } from './word-times.js';

/** What is kept before the first frame that may be speech: the detector notices it a frame or two late. */
const LEAD_SAMPLES = 2 * FRAME_SAMPLES;
/** Words further from where somebody is heard may be soft speech, to which the detector is deaf: they stay. */
const LONGEST_SILENCE = 1.5 * SAMPLE_RATE_HZ;

export function startAtSpeech(
  segments: readonly LooseSegment[],
  heard: NumberedFrames | null,
): readonly LooseSegment[] {
  if (heard === null) return segments;
  return segments.map((segment): LooseSegment => {
    const words = segment.words && moveToSpeech(segment.words, heard).map((word) => cutToSpeech(word, heard));
    const first = words?.[0];
    if (words === undefined || first === undefined) return segment;
    return { ...segment, start: toSamples(Math.max(segment.start, first.start)), words };
  });
}

/** Null where the detector hears nothing in the word: then it does not know better. */
function cutToSpeech(word: Word, heard: NumberedFrames): Word {
  const speech = findSpeech(heard, word.start, word.end);
  return speech === null ? word : { ...word, start: toSamples(Math.max(word.start, speech - LEAD_SAMPLES)) };
}

/**
 * The first words of a segment that lie where certainly nobody speaks, between where somebody is first heard and the
 * word after them, each as long as before in proportion.
 */
function moveToSpeech(words: readonly Word[], heard: NumberedFrames): readonly Word[] {
  const silent = words.findIndex((word) => findSpeech(heard, word.start, word.end) !== null);
  if (silent <= 0) return words;
  const [begin, next] = [words[0]!.start, words[silent]!];
  const speech = findSpeech(heard, begin, next.end);
  if (speech === null || speech - begin > LONGEST_SILENCE) return words;
  // Nobody is heard before the next word either: they share it.
  const isShared = speech >= next.start;
  const moved = isShared ? silent + 1 : silent;
  const to = isShared ? next.end : next.start;
  const from = Math.max(begin, speech - LEAD_SAMPLES);
  const scale = (to - from) / (to - begin);
  const place = (sample: number) => toSamples(Math.round(to - (to - sample) * scale));
  return words.map((word, index) =>
    index < moved ? { ...word, start: place(word.start), end: place(word.end) } : word,
  );
}
