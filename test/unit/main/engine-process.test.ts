/** What of this process's environment reaches the engine. */
import { afterEach, expect, test, vi } from 'vitest';
import { pickEnvironment } from '../../../src/main/engine-process.js';

vi.mock('electron', () => ({}));

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the engine is given what finds ffmpeg, and nothing that would run foreign code in it', () => {
  for (const name of [
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'ELECTRON_RUN_AS_NODE',
    'OPENAI_API_KEY',
  ]) {
    vi.stubEnv(name, 'foreign');
  }
  vi.stubEnv('PATH', '/usr/bin');
  vi.stubEnv('TILESCRIBE_FFMPEG', '/opt/ffmpeg');

  const picked = pickEnvironment();

  expect(picked).toMatchObject({ PATH: '/usr/bin', TILESCRIBE_FFMPEG: '/opt/ffmpeg' });
  expect(Object.values(picked)).not.toContain('foreign');
});
