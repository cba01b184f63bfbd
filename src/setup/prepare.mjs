/** The set-up in its order, for each purpose. Every step looks first and does nothing when all is there. */
import { ensureAppBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureElectron } from './electron-binary.mjs';
import { downloadsFolder } from './folders.mjs';
import { ensureModel } from './model-install.mjs';
import { ensureNativeBuild, tryNativeBuild } from './native-build.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureSystemPackages } from './system-install.mjs';
import { ensureTestSpeech } from './test-speech.mjs';
import { ensureXrtChroot } from './xrt-chroot.mjs';
import { ensureXrtHeaders } from './xrt-headers.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

export const DEFAULT_MODEL = 'base';
const VOICE_DETECTOR = 'silero-vad';

/**
 * All that the app needs. Without a display its window is not going to open now, so what only the window
 * needs is fetched as well, but its failure is a note.
 *
 * @param {string} root
 * @param {{ readonly hasDisplay: boolean }} options
 * @param {Reporter} reporter
 */
export async function prepareApp(root, { hasDisplay }, reporter) {
  await ensureSystemPackages(hasDisplay ? ['media', 'app'] : ['media'], reporter);
  await ensureDependencies(root, reporter);
  const prepareWindow = async () => {
    await ensureSystemPackages(['app'], reporter);
    await ensureElectron(root, downloadsFolder(process.env), reporter);
  };
  if (hasDisplay) await prepareWindow();
  else await tryOptional('The window cannot be opened on this machine yet', prepareWindow, reporter);
  await ensureModel(root, { model: DEFAULT_MODEL, fromFolder: null }, reporter);
  await tryVoiceDetector(root, reporter);
  await ensureAppBuild(root, reporter);
  await tryNativeBuild(root, reporter);
}

/**
 * What the command line needs: no window, no Electron.
 *
 * @param {string} root
 * @param {Reporter} reporter
 */
export async function prepareCommandLine(root, reporter) {
  await ensureSystemPackages(['media'], reporter);
  await ensureDependencies(root, reporter);
  await ensureModel(root, { model: DEFAULT_MODEL, fromFolder: null }, reporter);
  await tryVoiceDetector(root, reporter);
  await ensureAppBuild(root, reporter);
  await tryNativeBuild(root, reporter);
}

/**
 * All that goes into a package; here nothing may be left out.
 *
 * @param {string} root
 * @param {Reporter} reporter
 */
export async function prepareRelease(root, reporter) {
  await ensureSystemPackages(['media', 'native'], reporter);
  await ensureDependencies(root, reporter);
  await ensureElectron(root, downloadsFolder(process.env), reporter);
  await ensureModel(root, { model: DEFAULT_MODEL, fromFolder: null }, reporter);
  await ensureModel(root, { model: VOICE_DETECTOR, fromFolder: null }, reporter);
  await ensureAppBuild(root, reporter);
  await ensureNativeBuild(root, reporter);
}

/**
 * @param {string} root
 * @param {Reporter} reporter
 */
export async function prepareTests(root, reporter) {
  await ensureSystemPackages(['media', 'app', 'native', 'test'], reporter);
  await tryOptional(
    'The tests that use synthetic speech are left out',
    () => ensureSystemPackages(['speech'], reporter),
    reporter,
  );
  await tryOptional(
    'The format of the C++ sources cannot be checked',
    () => ensureSystemPackages(['format'], reporter),
    reporter,
  );
  await tryOptional(
    'The test of the .rpm is left out',
    () => ensureSystemPackages(['rpm'], reporter),
    reporter,
  );
  await ensureDependencies(root, reporter);
  await ensureElectron(root, downloadsFolder(process.env), reporter);
  await ensureModel(root, { model: DEFAULT_MODEL, fromFolder: null }, reporter);
  await ensureModel(root, { model: VOICE_DETECTOR, fromFolder: null }, reporter);
  await ensureTestSpeech(root, downloadsFolder(process.env), reporter);
  await ensureAppBuild(root, reporter);
  await ensureNativeBuild(root, reporter);
  await prepareXrt(reporter);
}

/**
 * Root and a Debian mirror are not everywhere; where they must be (continuous integration), TILESCRIBE_REQUIRE_XRT=1. The
 * headers of the oldest XRT come from Ubuntu, which a network that has Debian may not: they are never a must.
 *
 * @param {Reporter} reporter
 */
async function prepareXrt(reporter) {
  const folder = downloadsFolder(process.env);
  const system = async () => {
    await ensureXrtChroot(folder, reporter);
  };
  if (process.env['TILESCRIBE_REQUIRE_XRT'] === '1') await system();
  else await tryOptional('Left out: the tests with the real XRT', system, reporter);
  await tryOptional(
    'Left out: the plugin against the headers of the oldest XRT',
    async () => {
      await ensureSystemPackages(['plugin'], reporter);
      await ensureXrtHeaders(folder, reporter);
    },
    reporter,
  );
}

/**
 * Without it all sound is transcribed, silence too.
 *
 * @param {string} root
 * @param {Reporter} reporter
 */
async function tryVoiceDetector(root, reporter) {
  await tryOptional(
    'Stretches without speech are not skipped',
    () => ensureModel(root, { model: VOICE_DETECTOR, fromFolder: null }, reporter),
    reporter,
  );
}

/**
 * @param {string} consequence
 * @param {() => Promise<void>} work
 * @param {Reporter} reporter
 */
async function tryOptional(consequence, work, reporter) {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof SetupError)) throw thrown;
    reporter.say(`${consequence}. ${thrown.message} ${thrown.remedy}`);
  }
}
