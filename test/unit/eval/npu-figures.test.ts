/** What is counted of the emulated NPU against the CPU. */
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../eval/manifest.js';
import { countFigures, formatDifferences, formatFigures } from '../../eval/npu-figures.js';
import type { NpuHeard, NpuSubject } from '../../eval/npu-figures.js';

function recording(file: string, text: string): Recording {
  return { file, path: `/recordings/${file}`, language: 'en', seconds: 5, text };
}

function heard(subject: NpuSubject, file: string, text: string, hash: string, delayMs = 0): NpuHeard {
  return { subject, file, delayMs, text, hash, tokens: 3, sparseSteps: 10, sparseFallbacks: 2, seconds: 1 };
}

const RECORDINGS = [recording('a', 'red green blue'), recording('b', 'cats dogs birds')];

describe('the figures of the emulated NPU', () => {
  it('count the same tokens, the same texts, and the errors of both on what both heard', () => {
    const all = [
      heard('cpu', 'a', 'red green blue', 'h1'),
      heard('cpu', 'b', 'cats dogs bards', 'h2'),
      heard('npu', 'a', 'red green blue', 'h1'),
      heard('npu', 'b', 'cats dogs birds', 'h3'),
      heard('npu-sparse', 'a', 'red green blue', 'h4'),
    ];

    const npu = countFigures('npu', RECORDINGS, all, new Map());
    const sparse = countFigures('npu-sparse', RECORDINGS, all, new Map());

    expect(npu).toMatchObject({ files: 2, same: 1, sameText: 1, different: ['b'], tokens: 6 });
    expect(formatFigures([npu, sparse])).toContain('| npu | 2 | 1 | 1 | 6 | 0.00 % | 16.67 % | 20.00 % |');
    expect(sparse).toMatchObject({ files: 1, same: 0, sameText: 1 });
  });

  it('say how much the CPU errs more or less, and where', () => {
    const all = [
      heard('cpu', 'a', 'red green blue', 'h1'),
      heard('cpu', 'b', 'cats dogs bards', 'h2'),
      heard('npu', 'a', 'red green blue', 'h1'),
      heard('npu', 'b', 'cats dogs bards', 'h2'),
      heard('float-decoder', 'a', 'red green blue', 'h5'),
      heard('float-decoder', 'b', 'bats hogs birds', 'h6'),
    ];

    const float = countFigures('float-decoder', RECORDINGS, all, new Map());

    expect(float.difference?.rate).toBeCloseTo(1 / 6 - 2 / 6, 12);
    expect(float.relative?.rate).toBeCloseTo(-0.5, 12);
    expect(float.otherTexts).toEqual([{ file: 'b', errors: 2, cpuErrors: 1, length: 3 }]);
    const text = formatDifferences([countFigures('npu', RECORDINGS, all, new Map()), float]);
    expect(text).toMatch(
      /^\ncpu less float-decoder: -16\.67 \(.*\) points of WER, relative -50\.00 \(.*\) %\n/,
    );
    expect(text).toContain('other texts in 1 of 2 recordings: cpu has fewer errors in 1, more in 0\n');
    expect(text).toContain('  b: errors cpu 1, float-decoder 2 of 3\n');
  });

  it('compare a recording with silence before it with the same, and take all of its errors as one draw', () => {
    const all = [
      heard('cpu', 'a', 'red green blue', 'h1'),
      heard('cpu', 'a', 'bed green blue', 'h2', 10),
      heard('float-model', 'a', 'red green blue', 'h3'),
      heard('float-model', 'a', 'red green blue', 'h4', 10),
      heard('float-model', 'a', 'red', 'h5', 20),
    ];

    const float = countFigures('float-model', RECORDINGS, all, new Map());

    expect(float).toMatchObject({ files: 2, same: 0, sameText: 1 });
    expect(float.otherTexts).toEqual([{ file: 'a, 10 ms later', errors: 0, cpuErrors: 1, length: 3 }]);
    // One recording: there is nothing to draw.
    expect(float.difference).toEqual({ rate: 1 / 6, low: 1 / 6, high: 1 / 6 });
  });

  it('leave out what only one of them heard', () => {
    const figures = countFigures('npu', RECORDINGS, [heard('npu', 'a', 'red green blue', 'h1')], new Map());

    expect(figures).toMatchObject({ files: 0, same: 0, tokens: 0 });
    expect(formatFigures([figures])).toContain('| npu | 0 | 0 | 0 | 0 | - | - | - |');
  });
});
