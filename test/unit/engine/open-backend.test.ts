import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/backend/open-backend.js';
import type { BackendRequest } from '../../../src/engine/backend/open-backend.js';

const REQUEST: Omit<BackendRequest, 'device'> = {
  model: {
    id: 'some.en',
    name: 'Some',
    licence: 'MIT',
    format: 'ggml',
    origin: 'nobody',
    files: [{ path: 'ggml.bin', bytes: 1, sha256: 'a'.repeat(64) }],
    sources: [{ kind: 'hub', url: 'https://example.org/' }],
  },
  modelFolder: '/nowhere',
  dimensions: {
    melBins: 80,
    audioContext: 1500,
    textContext: 448,
    width: 512,
    heads: 8,
    encoderLayers: 6,
    decoderLayers: 6,
    vocabularySize: 51864,
  },
  threads: 1,
  addonPath: '/nowhere/addon.node',
  signal: new AbortController().signal,
};

describe('a model without ONNX files', () => {
  it('cannot be opened by ONNX Runtime, and says what can open it', async () => {
    await expect(openBackend({ ...REQUEST, device: 'onnx' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'The device "onnx" cannot be used: the model "some.en" has no ONNX files.',
      remedy: expect.stringContaining('--device cpu') as string,
    });
  });

  it.each(['auto', 'cpu'] as const)(
    'says why it cannot run where the native engine is not built (%s)',
    async (device) => {
      await expect(openBackend({ ...REQUEST, device })).rejects.toMatchObject({
        code: 'engine-unavailable',
        message:
          'The model "some.en" runs on the native engine alone, which cannot be used: the native engine is not built.',
        remedy: expect.stringContaining('"base"') as string,
      });
    },
  );
});
