import { describe, expect, it, vi } from 'vitest';
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
import { StepBatcher } from '../../../src/engine/backend/step-batcher.js';
import { chooseSearch } from '../../../src/engine/decoding/choose-search.js';
import { createFakeRequest, FakeDecoder } from './fake-decoder.js';

const { signal } = new AbortController();
const window: EncodedWindow = { release: () => undefined };
const ANY: TokenRule = {
  suppressed: new Uint8Array(0),
  barred: [],
  timestampBegin: null,
  top: 1,
  sample: null,
};
const createSequences = (length: number): Sequences => ({ rowCount: 1, length, release: () => undefined });

/** Answers each row with its own token plus one, and writes down what it was asked. */
class CountingBackend implements DecoderBackend {
  readonly description = 'counting';
  readonly device = 'cpu';
  readonly dimensions = {} as DecoderBackend['dimensions'];
  readonly align = null;
  readonly calls: string[] = [];
  isBusy = false;
  failNextStep = false;
  melMs = 0;
  onWork: (name: string) => void = () => undefined;

  async encode(): Promise<EncodedWindow> {
    await this.#work('encode');
    return window;
  }
  async start(): Promise<{ sequences: Sequences; choice: TokenChoice; probeProbability: null }> {
    await this.#work('start');
    return { sequences: createSequences(1), choice: { top: [], sampled: [] }, probeProbability: null };
  }
  async step(inputs: readonly StepInput[]): Promise<TokenChoice[][]> {
    await this.#work(`step of ${inputs.length}`);
    if (this.failNextStep) throw new Error('broken');
    return inputs.map(({ tokens }) =>
      tokens.map((token) => ({ top: [{ id: token + 1, logProbability: 0 }], sampled: [] })),
    );
  }
  reorder(): void {
    this.calls.push('reorder');
  }
  timings(): BackendTimings {
    return {
      melMs: this.melMs,
      encodeMs: 0,
      encodeCount: 0,
      prefillMs: 0,
      prefillCount: 0,
      stepMs: 0,
      stepCount: 0,
      chooseMs: 0,
      layers: null,
    };
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  async #work(name: string): Promise<void> {
    if (this.isBusy) throw new Error('two calls at once');
    this.isBusy = true;
    this.calls.push(name);
    this.onWork(name);
    await new Promise((resolve) => setImmediate(resolve));
    this.isBusy = false;
  }
}

/** Refuses, as the native engine does, what comes while it is at work. */
class BusyDecoder extends FakeDecoder {
  #isBusy = false;

  override async start(request: StartRequest): Promise<StartReply> {
    return await this.#work(() => super.start(request));
  }
  override async step(inputs: readonly StepInput[]): Promise<TokenChoice[][]> {
    return await this.#work(() => super.step(inputs));
  }
  override reorder(sequences: Sequences, parents: readonly number[]): void {
    if (this.#isBusy) throw new Error('at work');
    super.reorder(sequences, parents);
  }
  async #work<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw new Error('at work');
    this.#isBusy = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.#isBusy = false;
    return await call();
  }
}

async function decode(backend: DecoderBackend, first: number, steps: number): Promise<number[]> {
  const sequences = createSequences(1);
  const tokens = [first];
  for (let i = 0; i < steps; i++) {
    const choices = await backend.step([{ sequences, tokens: [tokens.at(-1)!], rules: [] }]);
    tokens.push(choices[0]![0]!.top[0]!.id);
  }
  return tokens;
}

describe('the step batcher', () => {
  it('makes one step of what several windows ask for at once, and gives each its own answer', async () => {
    const inner = new CountingBackend();
    const backend = new StepBatcher(inner).join();

    const all = await Promise.all([decode(backend, 0, 3), decode(backend, 100, 3), decode(backend, 200, 3)]);

    expect(all).toEqual([
      [0, 1, 2, 3],
      [100, 101, 102, 103],
      [200, 201, 202, 203],
    ]);
    expect(inner.calls).toEqual(['step of 3', 'step of 3', 'step of 3']);
  });

  it('lets a window that comes later join, and goes on with those that are left', async () => {
    const inner = new CountingBackend();
    const batcher = new StepBatcher(inner);
    const later = batcher.join();

    const long = decode(batcher.join(), 0, 4);
    await later.encode(new Float32Array(0), 1, signal);
    await Promise.all([long, decode(later, 50, 1)]);

    expect(inner.calls.filter((call) => call === 'step of 2').length).toBe(1);
    expect(inner.calls.filter((call) => call.startsWith('step')).length).toBe(4);
  });

  it('never lets two calls run at once', async () => {
    const batcher = new StepBatcher(new CountingBackend());
    const [one, other] = [batcher.join(), batcher.join()];

    await expect(
      Promise.all([
        one.encode(new Float32Array(0), 1, signal),
        other.encode(new Float32Array(0), 1, signal),
        decode(one, 0, 2),
        decode(other, 9, 5),
      ]),
    ).resolves.toBeDefined();
  });

  it('serves searches of several rows, which all find what they find by themselves', async () => {
    const search = chooseSearch({ beamSize: 4, patience: 1, lengthPenalty: null, bestOf: 3 });
    const createRequests = (backend: DecoderBackend) =>
      [0, 0.4, 0, 1].map((temperature, i) => {
        const random = () => 0.1 + i / 5;
        return createFakeRequest(backend, { temperature, random, maxTokens: 8 + i }).request;
      });

    const together = await Promise.all(
      createRequests(new StepBatcher(new BusyDecoder(5)).join()).map(search),
    );

    for (const [i, request] of createRequests(new FakeDecoder(5)).entries()) {
      expect(together[i]).toEqual(await search(request));
    }
    expect(new Set(together.map(({ tokens }) => tokens.join(' '))).size).toBeGreaterThan(1);
  });

  it('gives a failed step to all who were in it, and works on', async () => {
    const inner = new CountingBackend();
    const batcher = new StepBatcher(inner);
    const backend = batcher.join();
    inner.failNextStep = true;

    const outcomes = await Promise.allSettled([decode(batcher.join(), 0, 1), decode(backend, 5, 1)]);
    inner.failNextStep = false;

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await decode(backend, 7, 1)).toEqual([7, 8]);
  });

  it('encodes the windows of earlier jobs first, and lets steps pass between two of them', async () => {
    const inner = new CountingBackend();
    const batcher = new StepBatcher(inner);
    const [first, second, third] = [batcher.join(), batcher.join(), batcher.join()];
    const encoded: string[] = [];
    const encode = async (name: string, job: DecoderBackend): Promise<void> => {
      await job.encode(new Float32Array(0), 1, signal);
      encoded.push(name);
    };

    await Promise.all([
      encode('third', third),
      encode('second', second),
      encode('first', first),
      decode(first, 0, 2),
    ]);

    expect(encoded).toEqual(['first', 'second', 'third']);
    expect(inner.calls).toEqual(['encode', 'step of 1', 'encode', 'step of 1', 'encode']);
  });

  it('counts for each job its own calls, and its rows of the steps it shares', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const inner = new CountingBackend();
    inner.onWork = (name) => {
      const ms = name === 'encode' ? 100 : name === 'start' ? 10 : 4;
      clock.mockReturnValue(performance.now() + ms);
      if (name === 'encode') inner.melMs += 2;
    };
    const batcher = new StepBatcher(inner);
    const [one, two] = [batcher.join(), batcher.join()];
    const rows = { sequences: createSequences(1), tokens: [1, 2, 3], rules: [] };

    await one.encode(new Float32Array(0), 1, signal);
    await two.start({ window, prompt: [1], rule: ANY, probe: null });
    await Promise.all([decode(one, 0, 1), two.step([rows])]);
    clock.mockRestore();

    expect(one.spent()).toEqual({ melMs: 2, encodeMs: 98, decodeMs: 1 });
    expect(two.spent()).toEqual({ melMs: 0, encodeMs: 0, decodeMs: 13 });
  });
});

/** Encodes on one device and decodes on another; what is done is written down with its begin and end. */
class TwoDevices extends CountingBackend {
  readonly encodesBesideSteps = true;
  readonly log: string[] = [];
  /** Ends the encode under way. */
  endEncode: () => void = () => undefined;
  #isEncoding = false;

  override async encode(): Promise<EncodedWindow> {
    if (this.#isEncoding) throw new Error('two encodes at once');
    this.#isEncoding = true;
    this.log.push('encode begins');
    await new Promise<void>((resolve) => {
      this.endEncode = resolve;
    });
    this.log.push('encode ends');
    this.#isEncoding = false;
    return window;
  }
  override async start(): Promise<{ sequences: Sequences; choice: TokenChoice; probeProbability: null }> {
    if (this.#isEncoding) throw new Error('a prompt beside an encode');
    this.log.push('start');
    return await super.start();
  }
  override async step(inputs: readonly StepInput[]): Promise<TokenChoice[][]> {
    const choices = await super.step(inputs);
    this.log.push('step ends');
    return choices;
  }
}

describe('the step batcher over a backend that encodes beside steps', () => {
  const encode = (job: DecoderBackend) => job.encode(new Float32Array(0), 1, signal);

  it('goes on with the steps of a window while the next is encoded', async () => {
    const inner = new TwoDevices();
    const backend = new StepBatcher(inner).join();

    const next = encode(backend);
    expect(await decode(backend, 0, 3)).toEqual([0, 1, 2, 3]);
    expect(inner.log).toEqual(['encode begins', 'step ends', 'step ends', 'step ends']);
    inner.endEncode();
    expect(await next).toBe(window);
  });

  it('lets a prompt wait for the end of the encode, and go before the next one', async () => {
    const inner = new TwoDevices();
    const backend = new StepBatcher(inner).join();

    const first = encode(backend);
    await vi.waitFor(() => {
      expect(inner.log).toEqual(['encode begins']);
    });
    const prompt = backend.start({ window, prompt: [1], rule: ANY, probe: null });
    const second = encode(backend);
    await decode(backend, 0, 1);
    inner.endEncode();
    await Promise.all([first, prompt]);
    await vi.waitFor(() => {
      expect(inner.log).toEqual(['encode begins', 'step ends', 'encode ends', 'start', 'encode begins']);
    });
    inner.endEncode();
    await second;
  });

  it('is woken by a step that is asked for when nothing but an encode is under way', async () => {
    const inner = new TwoDevices();
    const backend = new StepBatcher(inner).join();

    const next = encode(backend);
    await vi.waitFor(() => {
      expect(inner.log).toEqual(['encode begins']);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await decode(backend, 5, 2)).toEqual([5, 6, 7]);
    inner.endEncode();
    await next;
    expect(inner.log.at(-1)).toBe('encode ends');
  });
});
