import { expect, it } from 'vitest';
import type { AlignmentRequest } from '../../../../src/engine/backend/backend.js';
import { POSITION_SAMPLES } from '../../../../src/engine/mel/log-mel.js';
import type { LooseSegment } from '../../../../src/engine/words/word-times.js';
import { WordTimer } from '../../../../src/engine/words/word-timer.js';
import { createReplacer } from '../../../../src/shared/replacements.js';
import { toSamples } from '../../../../src/shared/time.js';
import { createFakeTokenizer } from '../fake-tokenizer.js';

const tokenizer = createFakeTokenizer();
const SECOND = 16_000;
/** Of the window in the file. */
const START = 40 * SECOND;

/** What is asked of the decoder for a text that ends at `endSeconds` of a window with so much sound. */
async function askFor(endSeconds: number, lengthSeconds: number): Promise<AlignmentRequest> {
  const asked: AlignmentRequest[] = [];
  const timer = new WordTimer({
    align: (request) => {
      asked.push(request);
      const rows = request.tokens.length - request.firstRow;
      const { positions } = request;
      return Promise.resolve({ rows, positions, scores: new Float32Array(rows * positions) });
    },
    heads: [],
    tokenizer,
    task: 'transcribe',
    replacer: createReplacer([]),
    signal: new AbortController().signal,
  });
  const tokens = tokenizer.encode(' hello there');
  const segment: LooseSegment = {
    start: toSamples(START),
    end: toSamples(START + endSeconds * SECOND),
    text: ' hello there',
    tokens: [...tokens],
    windowStart: toSamples(START),
    temperature: 0,
    averageLogProbability: 0,
    compressionRatio: 1,
    noSpeechProbability: 0,
  };
  await timer.time({
    window: { release: () => undefined },
    language: 'en',
    segments: [{ segment, logProbabilities: tokens.map(() => 0) }],
    sound: new Float32Array(lengthSeconds * SECOND),
    start: START,
    length: lengthSeconds * SECOND,
    advance: lengthSeconds * SECOND,
  });
  return asked[0]!;
}

it('looks for words up to a second behind the last timestamp, and not behind the sound', async () => {
  expect((await askFor(2, 15)).positions).toBe((3 * SECOND) / POSITION_SAMPLES);
  expect((await askFor(14.5, 15)).positions).toBe((15 * SECOND) / POSITION_SAMPLES);
});
