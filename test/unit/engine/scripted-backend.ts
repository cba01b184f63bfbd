/** A backend that says what it is told to, one row, whatever it hears. */
import type {
  DecoderBackend,
  ScoredToken,
  Sequences,
  StartRequest,
} from '../../../src/engine/backend/backend.js';
import { VOCABULARY_SIZE } from './fake-tokenizer.js';

export interface ScriptedBackend extends DecoderBackend {
  /** Every start that was asked for. */
  readonly starts: readonly StartRequest[];
  /** Steps over all sequences. */
  readonly stepCount: () => number;
  /** Sequences that are not released. */
  readonly openSequences: () => number;
}

interface ScriptedSequences extends Sequences {
  length: number;
  readonly promptLength: number;
  readonly script: readonly ScoredToken[];
}

/**
 * @param scriptFor the tokens that follow a start, end of text included; asked once per start.
 * @param noSpeechProbability of every window.
 */
export function createScriptedBackend(
  scriptFor: (request: StartRequest, index: number) => readonly ScoredToken[],
  noSpeechProbability = 0.01,
): ScriptedBackend {
  const starts: StartRequest[] = [];
  const open = new Map<Sequences, ScriptedSequences>();
  let steps = 0;
  const choose = (sequences: ScriptedSequences, place: number) => {
    const token = sequences.script[place]!;
    return { top: [token], sampled: [token] };
  };
  return {
    description: 'script',
    device: 'cpu',
    dimensions: {
      melBins: 80,
      audioContext: 1500,
      textContext: 448,
      width: 512,
      heads: 8,
      encoderLayers: 6,
      decoderLayers: 6,
      vocabularySize: VOCABULARY_SIZE,
    },
    starts,
    stepCount: () => steps,
    openSequences: () => open.size,
    encode: () => Promise.resolve({ release: () => undefined }),
    start: (request) => {
      const script = scriptFor(request, starts.length);
      starts.push(request);
      const sequences: ScriptedSequences = {
        rowCount: 1,
        length: request.prompt.length,
        promptLength: request.prompt.length,
        script,
        release: () => void open.delete(sequences),
      };
      open.set(sequences, sequences);
      const probeProbability = request.probe === null ? null : noSpeechProbability;
      return Promise.resolve({ sequences, choice: choose(sequences, 0), probeProbability });
    },
    step: (inputs) => {
      steps++;
      return Promise.resolve(
        inputs.map(({ sequences }) => {
          const own = open.get(sequences)!;
          own.length++;
          return [choose(own, own.length - own.promptLength)];
        }),
      );
    },
    reorder: () => undefined,
    align: null,
    timings: () => ({
      melMs: 0,
      encodeMs: 0,
      encodeCount: 0,
      prefillMs: 0,
      prefillCount: 0,
      stepMs: 0,
      stepCount: 0,
      chooseMs: 0,
      layers: null,
    }),
    close: () => Promise.resolve(),
  };
}
