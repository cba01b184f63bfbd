import type {
  BackendTimings,
  DecoderBackend,
  EncodedWindow,
  Sequences,
  StartReply,
  StartRequest,
  StepInput,
  TokenChoice,
  TokenRule,
} from '../../../src/engine/backend/backend.js';
import { TokenChooser } from '../../../src/engine/backend/choose-token.js';
import type { SearchRequest } from '../../../src/engine/decoding/search.js';

/** The end of text is the last of these tokens. */
export const SMALL_VOCABULARY = 14;
export const SMALL_END = SMALL_VOCABULARY - 1;
const PROMPT = [3, 1];

/** A number in [0, 1) that depends on nothing but the numbers given, and on all of them (FNV-1a, mixed). */
export function scramble(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) hash = Math.imul(hash ^ number, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296;
}

/** Logits that depend on the whole text, so that a row in the wrong place goes on wrongly. */
export function logitsAfter(seed: number, text: readonly number[]): Float32Array {
  return Float32Array.from({ length: SMALL_VOCABULARY }, (_, id) => {
    const logit = 5 * scramble(seed, ...text, 1000 + id);
    return id === SMALL_END ? logit + text.length / 6 - 1 : logit;
  });
}

/** The rules of the small vocabulary: a text is not empty, and a few tokens never follow each other. */
export function ruleAfter(text: readonly number[], sample: TokenRule['sample'], top = 1): TokenRule {
  const suppressed = new Uint8Array(SMALL_VOCABULARY);
  const last = text.at(-1) ?? 0;
  suppressed[(last * 5) % (SMALL_VOCABULARY - 1)] = 1;
  suppressed[SMALL_END] = text.length === 0 ? 1 : 0;
  return { suppressed, barred: [[last % 4, (last % 4) + 1]], timestampBegin: null, top, sample };
}

class FakeSequences implements Sequences {
  isReleased = false;
  constructor(public texts: readonly (readonly number[])[]) {}
  get rowCount(): number {
    return this.texts.length;
  }
  get length(): number {
    return PROMPT.length + this.texts[0]!.length;
  }
  release(): void {
    this.isReleased = true;
  }
}

/** Decodes by `logitsAfter`, each row from its own text, and keeps account of rows and steps. */
export class FakeDecoder implements DecoderBackend {
  readonly align = null;
  readonly description = 'fake';
  readonly device = 'cpu';
  readonly dimensions: DecoderBackend['dimensions'];
  readonly started: FakeSequences[] = [];
  /** Rows of each step. */
  readonly steps: number[] = [];
  readonly #seed: number;

  constructor(seed: number, textContext = 100) {
    this.#seed = seed;
    this.dimensions = { textContext, vocabularySize: SMALL_VOCABULARY } as DecoderBackend['dimensions'];
  }

  encode(): Promise<EncodedWindow> {
    throw new Error('not asked for');
  }

  start({ rule }: StartRequest): Promise<StartReply> {
    const sequences = new FakeSequences([[]]);
    this.started.push(sequences);
    return Promise.resolve({ sequences, choice: this.#choose([], rule), probeProbability: 0.25 });
  }

  step(inputs: readonly StepInput[]): Promise<TokenChoice[][]> {
    const replies = inputs.map(({ sequences, tokens, rules }) => {
      const own = this.#own(sequences);
      if (tokens.length !== own.rowCount || rules.length !== own.rowCount) throw new Error('rows differ');
      if (own.length + 1 > this.dimensions.textContext) throw new Error('the text context is full');
      own.texts = own.texts.map((text, row) => [...text, tokens[row]!]);
      this.steps.push(own.rowCount);
      return own.texts.map((text, row) => this.#choose(text, rules[row]!));
    });
    return Promise.resolve(replies);
  }

  reorder(sequences: Sequences, parents: readonly number[]): void {
    const own = this.#own(sequences);
    own.texts = parents.map((parent) => own.texts[parent]!);
  }

  timings(): BackendTimings {
    throw new Error('not asked for');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #choose(text: readonly number[], rule: TokenRule): TokenChoice {
    return new TokenChooser(SMALL_VOCABULARY).choose(logitsAfter(this.#seed, text), rule);
  }

  #own(sequences: Sequences): FakeSequences {
    if (!(sequences instanceof FakeSequences) || sequences.isReleased) throw new Error('not alive');
    return sequences;
  }
}

export interface FakeRequest {
  readonly request: SearchRequest;
  /** Ids as they were told. */
  readonly told: number[];
}

/** A request of temperature 0; `random` draws `scramble(seed, 0)`, `scramble(seed, 1)`, ... */
export function createFakeRequest(
  backend: DecoderBackend,
  { seed = 0, ...change }: Partial<SearchRequest> & { readonly seed?: number } = {},
): FakeRequest {
  const told: number[] = [];
  let draws = 0;
  const request: SearchRequest = {
    backend,
    window: { release: () => undefined },
    prompt: PROMPT,
    noSpeechProbe: { position: 0, token: 0 },
    rules: { next: ruleAfter },
    endOfText: SMALL_END,
    timestampBegin: Number.POSITIVE_INFINITY,
    temperature: 0,
    maxTokens: 30,
    random: () => scramble(seed, draws++),
    onToken: ({ id }) => told.push(id),
    signal: new AbortController().signal,
    ...change,
  };
  return { request, told };
}
