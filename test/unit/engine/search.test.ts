import { describe, expect, it } from 'vitest';
import { searchGreedily } from '../../../src/engine/decoding/search.js';
import type { SearchRequest, SearchResult } from '../../../src/engine/decoding/search.js';
import { TokenRules } from '../../../src/engine/decoding/token-rules.js';
import { at, createFakeTokenizer, END_OF_TEXT, VOCABULARY_SIZE } from './fake-tokenizer.js';
import { createScriptedBackend } from './scripted-backend.js';

const tokenizer = createFakeTokenizer();

async function search(
  ids: readonly number[],
  logProbability = -0.5,
): Promise<{ result: SearchResult; heard: number[]; stepCount: number; openSequences: number }> {
  const backend = createScriptedBackend(() => ids.map((id) => ({ id, logProbability })));
  const heard: number[] = [];
  const request: SearchRequest = {
    backend,
    window: await backend.encode(new Float32Array(0), 1, new AbortController().signal),
    prompt: [50258],
    noSpeechProbe: { position: 0, token: 50362 },
    rules: new TokenRules(tokenizer, VOCABULARY_SIZE),
    endOfText: END_OF_TEXT,
    timestampBegin: at(0),
    temperature: 0,
    maxTokens: 224,
    random: () => 0.5,
    onToken: ({ id }) => heard.push(id),
    signal: new AbortController().signal,
  };
  const result = await searchGreedily(request);
  return { result, heard, stepCount: backend.stepCount(), openSequences: backend.openSequences() };
}

describe('greedy search', () => {
  it('ends at the end of text, which counts in the average', async () => {
    const { result, heard } = await search([at(0), 300, 301, at(2), END_OF_TEXT]);

    expect(result).toEqual({
      tokens: [at(0), 300, 301, at(2)],
      logProbabilities: [-0.5, -0.5, -0.5, -0.5],
      averageLogProbability: -0.5,
      isLoop: false,
      noSpeechProbability: 0.01,
    });
    expect(heard).toEqual(result.tokens);
  });

  it('stops a loop while it is decoded and keeps what was said before it, once', async () => {
    const loop = new Array<number>(200).fill(300);
    const { result, stepCount, openSequences } = await search([at(0), 301, 302, ...loop, END_OF_TEXT]);

    expect(result.tokens).toEqual([at(0), 301, 302, 300]);
    expect(result.isLoop).toBe(true);
    expect(result.averageLogProbability).toBe(-0.5);
    // The timestamp, two words and 24 times the third, less the token that the start gave.
    expect(stepCount).toBe(1 + 2 + 24 - 1);
    expect(openSequences).toBe(0);
  });
});
