import { describe, expect, it } from 'vitest';
import type { DecoderBackend, EncodedWindow } from '../../../src/engine/backend/backend.js';
import {
  compressionRatioOf,
  decodeWindow,
  findFault,
  isSilentResult,
  listTemperatures,
} from '../../../src/engine/decoding/decode-window.js';
import type { WindowRequest } from '../../../src/engine/decoding/decode-window.js';
import { guardsWithout } from '../../../src/engine/decoding/guards.js';
import type { SearchResult } from '../../../src/engine/decoding/search.js';
import { AppError } from '../../../src/shared/errors.js';
import { TokenRules } from '../../../src/engine/decoding/token-rules.js';
import { at, createFakeTokenizer, VOCABULARY_SIZE } from './fake-tokenizer.js';

const tokenizer = createFakeTokenizer();
const good: SearchResult = {
  tokens: [at(0), 259, at(1)],
  logProbabilities: [],
  averageLogProbability: -0.2,
  isLoop: false,
  noSpeechProbability: 0.01,
};
const unsure: SearchResult = { ...good, averageLogProbability: -1.4 };
const looping: SearchResult = { ...good, isLoop: true };
const repeating: SearchResult = { ...good, tokens: [at(0), ...new Array<number>(60).fill(260), at(9)] };

/** Plays results in order and writes down what was asked for. */
function createRequest(
  results: readonly SearchResult[],
  temperature = 0,
): {
  request: WindowRequest;
  attempts: unknown[];
  draws: number[];
  prompts: (readonly number[])[];
  probes: number[];
} {
  const attempts: unknown[] = [];
  const draws: number[] = [];
  const prompts: (readonly number[])[] = [];
  const probes: number[] = [];
  let next = 0;
  const request: WindowRequest = {
    search: (asked) => {
      draws.push(asked.random());
      prompts.push(asked.prompt);
      probes.push(asked.noSpeechProbe.position);
      return Promise.resolve(results[next++]!);
    },
    backend: {} as DecoderBackend,
    window: {} as EncodedWindow,
    tokenizer,
    prompt: [50258],
    context: { hints: [], previous: [] },
    rules: new TokenRules(tokenizer, VOCABULARY_SIZE),
    maxTokens: 224,
    temperature,
    seed: 480_000,
    signal: new AbortController().signal,
    onAttempt: (attempt) => attempts.push(attempt),
    onToken: () => undefined,
  };
  return { request, attempts, draws, prompts, probes };
}

describe('decoding a window', () => {
  it('makes an attempt again in which the NPU failed, and says so', async () => {
    const { request, attempts } = createRequest([good]);
    let calls = 0;
    const search: WindowRequest['search'] = (asked) => {
      if (calls++ === 0)
        return Promise.reject(new AppError('device-fault', 'The NPU failed.', 'Use the CPU.'));
      return request.search(asked);
    };

    const result = await decodeWindow({ ...request, search });

    expect(result).toMatchObject({ tokens: good.tokens, attempts: 1, fault: null, isFallback: true });
    expect(attempts).toEqual([
      { temperature: 0, retryReason: null },
      { temperature: 0, retryReason: 'device-fault' },
    ]);
  });

  it('fails when the CPU fails too, or with anything else', async () => {
    const { request } = createRequest([]);
    const fail = (code: 'device-fault' | 'internal') =>
      decodeWindow({ ...request, search: () => Promise.reject(new AppError(code, 'No.', 'None.')) });

    await expect(fail('device-fault')).rejects.toMatchObject({ code: 'device-fault' });
    await expect(fail('internal')).rejects.toMatchObject({ code: 'internal' });
  });

  it('takes the first attempt when it is good', async () => {
    const { request, attempts } = createRequest([good]);

    const result = await decodeWindow(request);

    expect(result).toMatchObject({ ...good, temperature: 0, attempts: 1 });
    expect(attempts).toEqual([{ temperature: 0, retryReason: null }]);
  });

  it('tries again hotter and says why, until it is good', async () => {
    const { request, attempts } = createRequest([repeating, unsure, good]);

    const result = await decodeWindow(request);

    expect(result).toMatchObject({ temperature: 0.4, attempts: 3 });
    expect(attempts).toEqual([
      { temperature: 0, retryReason: null },
      { temperature: 0.2, retryReason: 'compression-ratio' },
      { temperature: 0.4, retryReason: 'log-probability' },
    ]);
  });

  it('tries again after a loop, and keeps the text before one when there is none better', async () => {
    const better = createRequest([looping, good]);
    const worse = createRequest([looping, unsure, unsure, unsure, unsure, unsure]);

    expect(await decodeWindow(better.request)).toMatchObject({ ...good, temperature: 0.2 });
    expect(better.attempts[1]).toEqual({ temperature: 0.2, retryReason: 'loop' });
    expect(await decodeWindow(worse.request)).toMatchObject({ tokens: looping.tokens, temperature: 0 });
  });

  it('keeps the attempt that the model believed in most when none is good', async () => {
    const believed = { ...unsure, averageLogProbability: -1.1 };
    const { request, attempts } = createRequest([unsure, unsure, believed, unsure, unsure, unsure]);

    expect(await decodeWindow(request)).toMatchObject({ ...believed, temperature: 0.4, attempts: 6 });
    expect(attempts).toHaveLength(6);
  });

  it('rather keeps doubtful text than text that repeats itself', async () => {
    const { request } = createRequest([repeating, unsure, repeating, repeating, repeating, repeating]);

    expect(await decodeWindow(request)).toMatchObject({ ...unsure, temperature: 0.2 });
  });

  it('draws the same numbers for the same window, other ones for each attempt', async () => {
    const first = createRequest([unsure, unsure, good]);
    const second = createRequest([unsure, unsure, good]);

    await decodeWindow(first.request);
    await decodeWindow(second.request);

    expect(first.draws).toEqual(second.draws);
    expect(new Set(first.draws).size).toBe(3);
  });
});

describe('the prompt', () => {
  const START_OF_PREVIOUS = 50361;
  const encode = (text: string): readonly number[] => tokenizer.encode(text);
  const sentence = ' these words were said long before';
  const context = { hints: encode(' some names.'), previous: encode(sentence) };
  const whole = [START_OF_PREVIOUS, ...context.hints, ...context.previous, 50258];
  const echo: SearchResult = { ...good, tokens: [at(0), ...encode(sentence), at(2)] };

  it('is the words to expect, then the text before; the last retry has none', async () => {
    const { request, prompts, probes } = createRequest(new Array<SearchResult>(6).fill(unsure));

    await decodeWindow({ ...request, context });

    expect(prompts).toEqual([whole, whole, whole, whole, whole, [50258]]);
    expect(probes).toEqual([...new Array<number>(5).fill(whole.length - 1), 0]);
  });

  it('stays when the only attempt is the first', async () => {
    const { request, prompts } = createRequest([good], 1);

    await decodeWindow({ ...request, context });

    expect(prompts).toEqual([whole]);
  });

  it('that is repeated is taken away, at the same temperature and from then on', async () => {
    const { request, prompts, attempts } = createRequest([echo, unsure, good]);

    const result = await decodeWindow({ ...request, context });

    expect(result).toMatchObject({ ...good, fault: null, attempts: 3 });
    expect(prompts).toEqual([whole, [50258], [50258]]);
    expect(attempts).toEqual([
      { temperature: 0, retryReason: null },
      { temperature: 0, retryReason: 'prompt-echo' },
      { temperature: 0.2, retryReason: 'log-probability' },
    ]);
  });

  it('that is said again in earnest is believed without a prompt', async () => {
    const { request } = createRequest([echo, echo]);

    const result = await decodeWindow({ ...request, context });

    expect(result).toMatchObject({ tokens: echo.tokens, fault: null, attempts: 2 });
  });

  it('is never what is kept, though it is what the model believed in most', async () => {
    const { request } = createRequest([echo, ...new Array<SearchResult>(6).fill(unsure)]);

    const result = await decodeWindow({ ...request, context });

    expect(result).toMatchObject({ tokens: unsure.tokens, fault: 'log-probability', attempts: 7 });
  });
});

describe('quality gates', () => {
  it('let silence pass at once: it is dropped, not decoded again', () => {
    const silence = { ...unsure, noSpeechProbability: 0.9, compressionRatio: 3 };

    expect(findFault(silence)).toBeNull();
    expect(isSilentResult(silence)).toBe(true);
  });

  it('keep confident text in spite of a high no-speech probability', () => {
    expect(isSilentResult({ ...good, noSpeechProbability: 0.9 })).toBe(false);
  });

  it('can be left out one by one, for measuring what each does', () => {
    const silence = { ...unsure, noSpeechProbability: 0.9, compressionRatio: 1 };
    const repetitive = { ...good, compressionRatio: 3 };

    expect(isSilentResult(silence, guardsWithout(['no-speech']))).toBe(false);
    expect(findFault(silence, guardsWithout(['no-speech']))).toBe('log-probability');
    expect(findFault(silence, guardsWithout(['no-speech', 'log-probability']))).toBeNull();
    expect(findFault(repetitive)).toBe('compression-ratio');
    expect(findFault(repetitive, guardsWithout(['compression']))).toBeNull();
  });

  it('measure repetition as Python does: zlib at level 6', () => {
    // python3 -c 'import zlib; b=b"hello "*40; print(len(b)/len(zlib.compress(b)))' gives 14.117647058823529
    expect(compressionRatioOf('hello '.repeat(40))).toBeCloseTo(14.117_647_058_823_529, 9);
    expect(compressionRatioOf('')).toBe(0);
  });
});

describe('temperatures', () => {
  it('climb by 0.2 to 1 from where the user starts', () => {
    expect(listTemperatures(0)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(listTemperatures(0.5)).toEqual([0.5, 0.7, 0.9]);
    expect(listTemperatures(1)).toEqual([1]);
  });
});
