import { describe, expect, it } from 'vitest';
import type { NativeNpuOptions } from '../../../src/engine/backend/native-addon.js';
import { considerNpu, judge } from '../../../src/engine/backend/npu-choice.js';
import type { NpuCapable, NpuRequest, Probe } from '../../../src/engine/backend/npu-choice.js';
import type { DeviceChoice } from '../../../src/shared/options.js';

const CPU: Probe = { tokens: [{ id: 7, logProbability: -0.5 }], msPerToken: 8 };

describe('the choice between NPU and CPU', () => {
  it('takes the NPU where it is faster, and says by how much', () => {
    expect(judge(CPU, { ...CPU, msPerToken: 5 }, false)).toEqual({
      takesNpu: true,
      reason: 'the NPU is faster: 5.0 ms a token, the CPU 8.0 ms',
    });
  });

  it('leaves it where it is slower, unless it is wanted', () => {
    const slow = { ...CPU, msPerToken: 9 };
    expect(judge(CPU, slow, false)).toEqual({
      takesNpu: false,
      reason: 'the NPU is slower: 9.0 ms a token, the CPU 8.0 ms',
    });
    expect(judge(CPU, slow, true)).toEqual({
      takesNpu: true,
      reason: 'the CPU is spared: the NPU takes 9.0 ms a token, the CPU 8.0 ms',
    });
  });

  it.each([
    ['another token', [{ id: 8, logProbability: -0.5 }]],
    ['another probability', [{ id: 7, logProbability: -0.6 }]],
    ['no token', []],
  ])('never takes one that gives %s, however fast or wanted', (_, tokens) => {
    const verdict = judge(CPU, { tokens, msPerToken: 1 }, true);
    expect(verdict).toEqual({
      takesNpu: false,
      reason: 'the NPU failed its self-test: it chose other tokens',
    });
  });

  it('never takes one that fails', () => {
    expect(judge(CPU, 'timed out', true)).toEqual({
      takesNpu: false,
      reason: 'the NPU failed its self-test: timed out',
    });
  });
});

function createBackend(refusal: string | null): { backend: NpuCapable; asked: NativeNpuOptions[] } {
  const asked: NativeNpuOptions[] = [];
  const unused = (): never => {
    throw new Error('nothing is to be decoded');
  };
  const backend: NpuCapable = {
    dimensions: {
      melBins: 80,
      audioContext: 1500,
      textContext: 448,
      width: 512,
      heads: 8,
      encoderLayers: 6,
      decoderLayers: 6,
      vocabularySize: 51865,
    },
    encode: unused,
    start: unused,
    step: unused,
    leaveNpu: unused,
    useNpu: (options) => {
      asked.push(options);
      return refusal === null ? Promise.resolve() : Promise.reject(new Error(refusal));
    },
  };
  return { backend, asked };
}

const REQUEST: NpuRequest = {
  vocabulary: 'full',
  sparesCpu: false,
  sparseGroups: () => [1, 2, 3],
  designFolder: '/nowhere',
  fault: '',
};
const { signal } = new AbortController();
const consider = (backend: NpuCapable, device: DeviceChoice, request = REQUEST) =>
  considerNpu(backend, device, request, signal);

describe('a device by name', () => {
  it('is the emulator where that is asked for, with the vocabulary and the fault', async () => {
    const { backend, asked } = createBackend(null);
    const outcome = await consider(backend, 'npu-emulated', {
      ...REQUEST,
      vocabulary: 'sparse',
      fault: 'timeout@3',
    });
    expect(outcome).toEqual({ ok: true, reason: null });
    expect(asked).toEqual([
      { device: 'emulated', design: null, fault: 'timeout@3', vocabulary: 'sparse', sparseGroups: [1, 2, 3] },
    ]);
  });

  it('is refused with the reason', async () => {
    const { backend } = createBackend('no context left');
    expect(await consider(backend, 'npu-emulated')).toEqual({ ok: false, reason: 'no context left' });
  });

  it('cannot be the NPU without a compiled design', async () => {
    const { backend, asked } = createBackend(null);
    const outcome = await consider(backend, 'npu');
    expect(outcome).toEqual({ ok: false, reason: 'no compiled design is there' });
    expect(asked).toEqual([]);
  });

  it.each(['auto', 'cpu'] as const)(
    'is the CPU without a word where there is no design (%s)',
    async (device) => {
      const { backend, asked } = createBackend(null);
      expect(await consider(backend, device)).toEqual({ ok: true, reason: null });
      expect(asked).toEqual([]);
    },
  );
});
