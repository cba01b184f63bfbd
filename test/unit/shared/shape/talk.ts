/** Transcripts to cut into subtitles. Times in seconds here, samples at 16 kHz in the segments. */
import { DEFAULT_SHAPE, shapeCues } from '../../../../src/shared/shape.js';
import type { Cue, ShapeOptions } from '../../../../src/shared/shape.js';
import { toSamples } from '../../../../src/shared/time.js';
import type { Segment, Transcript, Word } from '../../../../src/shared/transcript.js';

export const RATE = 16_000;

/** With the usual limits, but for `options`; `duration` in seconds. */
export function shape(
  segments: readonly Segment[],
  options: Partial<ShapeOptions> = {},
  duration = 100,
): readonly Cue[] {
  return shapeCues(segments, duration * RATE, { ...DEFAULT_SHAPE, ...options });
}

/** Letters alone. */
export function textOf(segments: readonly Pick<Segment, 'text'>[]): string {
  return segments
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\s/g, '');
}

/** One segment without times of words. */
export function speak(start: number, end: number, text: string): Segment {
  return {
    index: 0,
    start: toSamples(Math.round(start * RATE)),
    end: toSamples(Math.round(end * RATE)),
    text,
    tokens: [],
    windowStart: toSamples(0),
    temperature: 0,
    averageLogProbability: -0.2,
    compressionRatio: 1.4,
    noSpeechProbability: 0.01,
  };
}

/** One segment from words and where each begins and ends. */
export function speakWords(words: readonly (readonly [text: string, start: number, end: number])[]): Segment {
  const timed = words.map(([text, start, end]): Word => {
    return {
      text,
      start: toSamples(Math.round(start * RATE)),
      end: toSamples(Math.round(end * RATE)),
      probability: 0.9,
    };
  });
  const text = timed.map((word) => word.text).join('');
  return { ...speak(words[0]![1], words.at(-1)![2], text), words: timed };
}

/** Words at an even pace from `start`, `rate` words a second. */
export function speakEvenly(text: string, start: number, rate: number): Segment {
  const words = text.match(/\s*\S+/g) ?? [];
  return speakWords(words.map((word, i) => [word, start + i / rate, start + (i + 0.9) / rate]));
}

/** What a person may meet in one file: long sentences, short ones, pauses, scripts, a word without end. */
export const TALK: Transcript = {
  fileName: 'talk.wav',
  model: 'base',
  language: 'en',
  task: 'transcribe',
  duration: toSamples(90 * RATE),
  segments: [
    speakEvenly(
      ' My fellow Americans, this day has brought terrible news and great sadness to our country; at nine' +
        " o'clock this morning, Mission Control in Houston lost contact with our Space Shuttle Columbia.",
      0.5,
      2.6,
    ),
    speakWords([
      [' Yes.', 13, 13.3],
      [' No.', 13.6, 13.9],
    ]),
    speakEvenly(' Dr. J. F. Smith came home (late), "very late," he said.', 20, 3),
    speak(
      26,
      33,
      ' What is said here has no times of words, so that they are told from the number of letters.',
    ),
    speakEvenly(' This was spoken faster than anybody can read it aloud or follow it on a screen', 34, 9),
    speak(45, 49, ' Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz, a law.'),
    speak(
      50,
      58,
      '今日はとても良い天気ですから、みんなで近くの公園まで散歩に行きましょう。それから「昼ごはん」を食べます。',
    ),
    speak(60, 67, ' إن الله لا يغير ما بقوم حتى يغيروا ما بأنفسهم، وهذا قول معروف؛ فماذا نفعل اليوم؟ نبدأ.'),
    speak(70, 76, ' שלום לכולם, היום נדבר על דברים חשובים מאוד שקרו בארץ ובעולם בשבוע האחרון.'),
    speak(80, 80.2, ' Bye.'),
  ],
};
