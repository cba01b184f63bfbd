/** What is counted of the emulated NPU against the CPU. */
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../eval/manifest.js';
import { countFigures, formatFigures } from '../../eval/npu-figures.js';
import type { NpuHeard, NpuSubject } from '../../eval/npu-figures.js';

function recording(file: string, text: string): Recording {
  return { file, path: `/recordings/${file}`, language: 'en', seconds: 5, text };
}

function heard(subject: NpuSubject, file: string, text: string, hash: string): NpuHeard {
  return { subject, file, text, hash, tokens: 3, sparseSteps: 10, sparseFallbacks: 2, seconds: 1 };
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

  it('leave out what only one of them heard', () => {
    const figures = countFigures('npu', RECORDINGS, [heard('npu', 'a', 'red green blue', 'h1')], new Map());

    expect(figures).toMatchObject({ files: 0, same: 0, tokens: 0 });
    expect(formatFigures([figures])).toContain('| npu | 0 | 0 | 0 | 0 | - | - | - |');
  });
});
