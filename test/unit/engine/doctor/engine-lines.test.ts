import { expect, test } from 'vitest';
import type { EngineFacts } from '../../../../src/engine/doctor/engine-lines.js';
import { judgeEngine } from '../../../../src/engine/doctor/engine-lines.js';

const BASE = { id: 'base', name: 'Whisper base', state: 'ready', isNeeded: true } as const;
const COMPLETE: EngineFacts = {
  native: { kernels: 'avx2' },
  onnx: { version: '1.30.0' },
  ffmpegPath: '/usr/bin/ffmpeg',
  models: [BASE, { id: 'tiny', name: 'Whisper tiny', state: 'missing', isNeeded: false }],
  voiceDetector: { id: 'silero-vad', name: 'Silero VAD', state: 'ready', isNeeded: false },
  disk: { folder: '/home/ada', freeBytes: 5e9 },
  hasApt: true,
  isInstalled: false,
};

test('a complete machine fails nothing; a model that nobody asked for is no fault', () => {
  expect(judgeEngine(COMPLETE).map(({ id, state }) => `${id} ${state}`)).toEqual([
    ...['engine.native pass', 'engine.onnx pass', 'engine.ffmpeg pass', 'engine.model.base pass'],
    ...['engine.model.tiny skip', 'engine.voice-detector pass', 'engine.disk pass'],
  ]);
});

test.each<[string, Partial<EngineFacts>, string, RegExp]>([
  [
    'no native engine',
    { native: { reason: 'the native engine is not built' } },
    'engine.native',
    /^npm run build$/,
  ],
  ['no ffmpeg', { ffmpegPath: null }, 'engine.ffmpeg', /^sudo apt-get install -y ffmpeg$/],
  [
    'no ffmpeg without apt',
    { ffmpegPath: null, hasApt: false },
    'engine.ffmpeg',
    /^Install the package ffmpeg/,
  ],
  ['no model', { models: [{ ...BASE, state: 'missing' }] }, 'engine.model.base', /--fetch-model base$/],
  [
    'a damaged model',
    { models: [{ ...BASE, isNeeded: false, state: 'corrupt' }] },
    'engine.model.base',
    /--fetch-model base$/,
  ],
  [
    'no voice detector',
    { voiceDetector: { ...COMPLETE.voiceDetector, state: 'missing' } },
    'engine.voice-detector',
    /^npm run setup$/,
  ],
  ['a full disk', { disk: { folder: '/home/ada', freeBytes: 9e8 } }, 'engine.disk', /1 GB/],
])('%s is one failed line with its cause and fix', (_name, change, id, fix) => {
  const failed = judgeEngine({ ...COMPLETE, ...change }).filter(({ state }) => state === 'fail');

  expect(failed.map((line) => line.id)).toEqual([id]);
  expect(failed[0]?.fix).toMatch(fix);
  expect(failed[0]?.cause).toMatch(/\.$/);
});

test('ONNX Runtime is missed only where the native engine is missing too', () => {
  const onnx = { reason: 'cannot be loaded' };
  const alone = judgeEngine({ ...COMPLETE, onnx }).filter(({ state }) => state === 'fail');
  const both = judgeEngine({ ...COMPLETE, onnx, native: { reason: 'not built' } });

  expect(alone).toEqual([]);
  expect(both.filter(({ state }) => state === 'fail').map(({ id }) => id)).toEqual([
    'engine.native',
    'engine.onnx',
  ]);
});

test('what was installed from a package is not told to run npm', () => {
  const lines = judgeEngine({
    ...COMPLETE,
    isInstalled: true,
    native: { reason: 'not loaded' },
    onnx: { reason: 'cannot be loaded' },
    models: [{ ...BASE, state: 'missing' }],
    voiceDetector: { ...COMPLETE.voiceDetector, state: 'missing' },
  });

  const fixes = lines.flatMap(({ fix }) => (fix === null ? [] : [fix]));
  expect(fixes).toHaveLength(4);
  expect(fixes.filter((fix) => /\bnp[mx]\b/.test(fix))).toEqual([]);
  expect(fixes).toContain('tilescribe --fetch-model base');
});
