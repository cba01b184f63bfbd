import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GgmlError, readGgmlHead, readGgmlTensors } from '../../../src/engine/model/ggml-file.js';
import type { ByteSource } from '../../../src/engine/model/ggml-file.js';
import { integer, writeGgml } from './ggml-writer.js';
import type { GgmlSketch } from './ggml-writer.js';
import { MAGIC, sketchGgml } from './small-ggml.js';

interface WatchedSource extends ByteSource {
  /** The largest piece that was asked for. */
  readonly largest: () => number;
}

function toSource(bytes: Uint8Array): WatchedSource {
  let largest = 0;
  return {
    size: bytes.length,
    largest: () => largest,
    read(target, position) {
      largest = Math.max(largest, target.length);
      if (position + target.length > bytes.length) throw new Error('read beyond the end');
      target.set(bytes.subarray(position, position + target.length));
      return Promise.resolve();
    },
  };
}

async function parse(source: ByteSource) {
  const head = await readGgmlHead(source);
  return { ...head, tensors: await readGgmlTensors(source, head.tensorsAt) };
}

/** What is wrong with the bytes; null: nothing. Anything but a GgmlError fails the test. */
async function findProblem(bytes: Uint8Array): Promise<string | null> {
  try {
    await parse(toSource(bytes));
    return null;
  } catch (thrown) {
    if (thrown instanceof GgmlError) return thrown.message;
    throw thrown;
  }
}

const sketch = sketchGgml();
const good = writeGgml(sketch);
/** Where the sizes begin, behind the magic number. */
const SIZES_AT = 4;
const FILTERS_AT = SIZES_AT + 11 * 4;

describe('a file of whisper.cpp', () => {
  it('tells its sizes, its words and where its tensors are', async () => {
    const { dimensions, words, tensors } = await parse(toSource(good.bytes));

    expect(dimensions).toEqual({
      melBins: 80,
      audioContext: 1500,
      textContext: 4,
      width: 16,
      heads: 2,
      encoderLayers: 1,
      decoderLayers: 1,
      vocabularySize: 19,
    });
    expect(words.map((word) => Buffer.from(word, 'latin1').toString())).toEqual(['a', 'bc', '', 'déf']);
    expect([...tensors.keys()]).toEqual(sketch.tensors.map(({ name }) => name));
    for (const { name, type, values } of sketch.tensors) {
      const tensor = tensors.get(name)!;
      const bytes = good.bytes.subarray(tensor.position, tensor.position + tensor.bytes);
      expect(tensor.type).toBe(type === 0 ? 'float32' : 'float16');
      expect(tensor.bytes).toBe(values.length * (type === 0 ? 4 : 2));
      if (type === 0) expect(bytes.readFloatLE(0)).toBe(Math.fround(values[0]!));
    }
    expect(tensors.get('encoder.conv1.weight')!.shape).toEqual([16, 80, 3]);
    expect(tensors.get('encoder.conv1.bias')!.shape).toEqual([16]);
    expect(tensors.get('decoder.positional_embedding')!.shape).toEqual([4, 16]);
  });

  it('has a vocabulary larger than the buffer it is read through', async () => {
    const words = Array.from({ length: 2000 }, (_, id) => Buffer.from(`${id}`.repeat(200)));
    const large = { ...sketch, sizes: { ...sketch.sizes, vocabulary: 51864 }, words };
    const source = toSource(writeGgml(large).bytes);

    expect((await parse(source)).words.map((word) => Buffer.from(word, 'latin1'))).toEqual(words);
    expect(source.largest()).toBeLessThanOrEqual(256 * 1024);
  });
});

describe('a file that is cut short', () => {
  const { bytes, edges, tensorsAt } = good;
  const problemAt = async (length: number) => await findProblem(bytes.subarray(0, length));

  it('is named as such around every place where something begins or ends', async () => {
    const lengths = new Set(edges.flatMap((edge) => [edge - 3, edge - 2, edge - 1, edge, edge + 1]));
    for (const length of lengths) {
      if (length < 0 || length >= bytes.length || tensorsAt.includes(length)) continue;
      expect(await problemAt(length), `cut to ${length} bytes`).toMatch(/cut short/);
    }
  });

  it('is named as such wherever it is cut, but between two tensors, where only tensors are missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        const problem = await problemAt(length);
        if (tensorsAt.includes(length)) expect(problem).toBeNull();
        else expect(problem).toMatch(/cut short/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a file with wrong numbers in it', () => {
  /** With one integer replaced. */
  function withInteger(position: number, value: number): Buffer {
    const changed = Buffer.from(good.bytes);
    integer(value).copy(changed, position);
    return changed;
  }

  it('is read or refused, never anything else, and without reading more than its buffer at once', async () => {
    const positions = fc.constantFrom(...good.edges.slice(0, -1));
    const values = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.integer({ min: -2, max: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(positions, values, async (position, value) => {
        const source = toSource(withInteger(position, value));
        await parse(source).catch((thrown: unknown) => {
          expect(thrown).toBeInstanceOf(GgmlError);
        });
        expect(source.largest()).toBeLessThanOrEqual(256 * 1024);
      }),
      { numRuns: 1000 },
    );
  });

  const largest = 2 ** 31 - 1;
  const firstWord = FILTERS_AT + 8 + 80 * 201 * 4;
  const firstTensor = good.tensorsAt[0]!;
  const cases: readonly (readonly [claim: string, bytes: Uint8Array, problem: string])[] = [
    ['another magic number', withInteger(0, MAGIC + 1), 'it is not a ggml file of whisper.cpp'],
    ['a GGUF file', Buffer.from('GGUF and more'), 'it is not a ggml file of whisper.cpp'],
    ['a page of text', Buffer.from('<!doctype html>'.repeat(50)), 'it is not a ggml file of whisper.cpp'],
    ['nothing', Buffer.alloc(0), 'it is cut short in its first bytes'],
    ['a vocabulary of two thousand million', withInteger(SIZES_AT, largest), 'as its size of the vocabulary'],
    ['a negative width', withInteger(SIZES_AT + 8, -512), 'it states -512 as its audio width'],
    ['no layers', withInteger(SIZES_AT + 16, 0), 'it states 0 as its number of encoder layers'],
    ['many layers', withInteger(SIZES_AT + 32, largest), 'as its number of decoder layers'],
    [
      'halves of two models',
      withInteger(SIZES_AT + 24, 32),
      'its encoder and its decoder are of different widths',
    ],
    ['the mel bins of large-v3', withInteger(SIZES_AT + 36, 128), 'it wants 128 mel bins, not 80'],
    ['a longer window', withInteger(SIZES_AT + 4, 3000), 'its audio context is 3000, not 1500'],
    ['endless filters', withInteger(FILTERS_AT + 4, largest), `its mel filters are 80 x ${largest}`],
    ['more words than tokens', withInteger(firstWord, 20), 'its vocabulary has 20 tokens'],
    ['a negative word', withInteger(firstWord + 4, -1), 'its vocabulary has a token of -1 bytes'],
    [
      'an endless word',
      withInteger(firstWord + 4, largest),
      `its vocabulary has a token of ${largest} bytes`,
    ],
    ['a tensor of 100 dimensions', withInteger(firstTensor, 100), 'it has a tensor of 100 dimensions'],
    ['a tensor without a name', withInteger(firstTensor + 4, 0), 'a tensor with a name of 0 bytes'],
    [
      'a quantised tensor',
      withInteger(firstTensor + 8, 8),
      'its tensor decoder.positional_embedding is of type 8; only float16 and float32 are read',
    ],
    ['a tensor of nothing', withInteger(firstTensor + 12, 0), 'has the sizes 0, 4'],
    [
      'a tensor larger than the file',
      withInteger(firstTensor + 12, 999_999),
      'it is cut short in the tensor decoder.positional_embedding',
    ],
  ];
  it.each(cases)('%s is refused and named', async (_claim, bytes, problem) => {
    expect(await findProblem(bytes)).toContain(problem);
  });

  it('a tensor that comes twice is refused and named', async () => {
    const [first] = sketch.tensors;
    const twice: GgmlSketch = { ...sketch, tensors: [...sketch.tensors, first!] };

    expect(await findProblem(writeGgml(twice).bytes)).toBe(
      'it has the tensor decoder.positional_embedding twice',
    );
  });

  it('more tensors than any model has are refused', async () => {
    const tensors = Array.from({ length: 10_001 }, (_, i) => ({
      name: `t${i}`,
      type: 0,
      shape: [1],
      values: [0],
    }));

    expect(await findProblem(writeGgml({ ...sketch, tensors }).bytes)).toContain(
      'more tensors than any model',
    );
  });
});
