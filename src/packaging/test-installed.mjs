/**
 * `npm run package:test [-- noble]`: the .deb in a clean Debian 12, or Ubuntu 24.04, as a user meets it. Makes that system
 * (clean-system.mjs), which it keeps for the next time; installs the package with apt, so that what it depends on is what it says;
 * transcribes speech as an ordinary user with the installed command, the server and the window, without a model
 * or a network of its own. Needs root, and the distribution's mirror. Takes one to three minutes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { SetupError } from '../setup/setup-error.mjs';
import { run } from './tree.mjs';
import { readFuses, RELEASE_FUSES } from './fuses.mjs';
import { ensureCleanSystem, SUITES } from './clean-system.mjs';
import { findDeb, readPackage } from './package.mjs';
import { PLUGIN, XRT_LIBRARY } from './xrt-plugin.mjs';

/** @typedef {import('../setup/progress.mjs').Reporter} Reporter */

const USER = 'listener';
const DEBUG_PORT = 9333;
const SPOKEN = /ask not what your country can do for you/i;

/**
 * @param {string} root
 * @param {string} suite of SUITES
 * @param {Reporter} reporter
 */
export async function testInstalled(root, suite, reporter) {
  const known = SUITES.find((other) => other === suite);
  if (known === undefined) {
    throw new SetupError(`There is no system "${suite}".`, `Choose of: ${SUITES.join(', ')}.`);
  }
  if (process.getuid?.() !== 0)
    throw new SetupError('The test of the package needs root.', 'Run it with sudo.');
  const folder = join(root, '.cache', 'package-test');
  const base = await ensureCleanSystem(folder, known, reporter);
  const debian = join(folder, 'debian');
  await rm(debian, { recursive: true, force: true });
  await run('cp', ['-a', base, debian]);
  const inside = new Inside(debian);
  try {
    await inside.mount();
    await checkAll(root, inside, reporter);
  } finally {
    await inside.unmount();
  }
}

/**
 * @param {string} root
 * @param {Inside} inside
 * @param {Reporter} reporter
 */
async function checkAll(root, inside, reporter) {
  const deb = await findDeb(root);
  await copyFile(deb, join(inside.folder, 'tmp', 'tilescribe.deb'));
  await copyFile(join(root, '.cache', 'speech', 'jfk.wav'), join(inside.folder, 'tmp', 'jfk.wav'));
  await copyFile('/etc/resolv.conf', join(inside.folder, 'etc', 'resolv.conf')).catch(() => undefined);
  await writeFile(join(inside.folder, 'usr', 'sbin', 'policy-rc.d'), '#!/bin/sh\nexit 101\n', {
    mode: 0o755,
  });

  reporter.say('Installing the package ...');
  await inside.run('apt-get update -qq');
  await inside.run('apt-get install -y -qq --no-install-recommends /tmp/tilescribe.deb');
  // What only the test needs comes after, so that it cannot stand in for a dependency.
  await inside.run(
    'apt-get install -y -qq --no-install-recommends xvfb xauth curl desktop-file-utils appstream fonts-dejavu-core',
  );
  await inside.run(`useradd --create-home ${USER}`);
  await inside.run('ffmpeg -v error -i /tmp/jfk.wav /tmp/talk.mp3');

  const checks = {
    'files of desktops are valid': () => checkDesktopFiles(inside),
    'libraries are all there': () => checkLibraries(inside),
    'the plugin for the NPU is there and lacks only XRT': () => checkPlugin(inside),
    'members of the group render may lock as much memory as the NPU takes': () => checkLimits(inside),
    'fuses are set': () => checkFuses(inside),
    'the command transcribes WAV and MP3': () => checkCommand(inside),
    'the server answers': () => checkServer(inside),
    'the window transcribes': () => checkWindow(inside),
    'removing leaves nothing of the package': () => checkRemoval(inside),
  };
  for (const [claim, check] of Object.entries(checks)) {
    const beganMs = performance.now();
    await check();
    reporter.say(`ok  ${claim} (${((performance.now() - beganMs) / 1000).toFixed(1)} s)`);
  }
}

/** A Debian in a folder, and running things in it. */
class Inside {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  async mount() {
    await run('mount', ['-t', 'proc', 'proc', join(this.folder, 'proc')]);
    // Its own, not this machine's: Chromium's processes share memory there.
    await mkdir(join(this.folder, 'dev', 'shm'), { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', join(this.folder, 'dev', 'shm')]);
  }

  async unmount() {
    for (const name of ['proc', 'dev/shm']) {
      await run('umount', ['-l', join(this.folder, name)]).catch(() => undefined);
    }
  }

  /**
   * @param {string} line for its shell, as root
   * @returns {Promise<string>} what it printed
   */
  run(line) {
    return run('chroot', [this.folder, '/bin/sh', '-c', line], { ...CLEAN, HOME: '/root' });
  }

  /**
   * @param {string} line for its shell, as the user
   * @returns {Promise<string>} what it printed
   */
  runAsUser(line) {
    return run('chroot', this.userArguments(line), { ...CLEAN, HOME: `/home/${USER}` });
  }

  /** @param {string} line */
  startAsUser(line) {
    const env = { ...CLEAN, HOME: `/home/${USER}` };
    return spawn('chroot', this.userArguments(`exec ${line}`), {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  /** @param {string} line */
  userArguments(line) {
    return [`--userspec=${USER}:${USER}`, this.folder, '/bin/sh', '-c', `cd && ${line}`];
  }
}

/** Nothing of this machine's own settings; no display either. */
const CLEAN = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
  DISPLAY: '',
  XDG_DATA_HOME: '',
  TILESCRIBE_DATA_DIR: '',
};

/** @param {Inside} inside */
async function checkDesktopFiles(inside) {
  await inside.run('desktop-file-validate /usr/share/applications/tilescribe.desktop');
  const validate = 'appstreamcli validate --no-net';
  const file = '/usr/share/metainfo/org.tilescribe.Tilescribe.metainfo.xml';
  // There is no page to name yet. Later versions warn of that; earlier ones do not know the warning.
  await inside.run(`${validate} ${file} || ${validate} --override=url-homepage-missing=info ${file}`);
}

/** @param {Inside} inside */
async function checkLibraries(inside) {
  const found = await inside.run(
    "find /opt/tilescribe -type f \\( -name '*.so*' -o -name '*.node' -o -name tilescribe-app \\) " +
      '! -name libtilescribe_xrt.so -exec ldd {} +',
  );
  expectThat(!found.includes('not found'), `a library is missing: ${found}`);
}

/**
 * XRT is the system's, and recommended; this Debian has none that knows the NPU.
 *
 * @param {Inside} inside
 */
async function checkPlugin(inside) {
  const found = await inside.run(`ldd /opt/tilescribe/${PLUGIN}`);
  const missing = found.split('\n').filter((line) => line.includes('not found'));
  const isGood = missing.length === 1 && missing[0]?.includes(XRT_LIBRARY) === true;
  expectThat(isGood, `the plugin lacks other than XRT: ${found}`);
}

/** @param {Inside} inside */
async function checkLimits(inside) {
  // Read, and not tried by a login: root may not raise a limit everywhere.
  const file = await inside.run('cat /etc/security/limits.d/60-tilescribe.conf');
  const [, kilobytes] = /^@render - memlock (\d+)$/m.exec(file) ?? [];
  expectThat(Number(kilobytes) * 1024 >= 320 * 1024 * 1024, `the limits are: ${file}`);
  const kept = await inside.run("dpkg-query --show --showformat='${Conffiles}' tilescribe");
  expectThat(kept.includes('/etc/security/limits.d/60-tilescribe.conf'), `configuration files are: ${kept}`);
}

/** @param {Inside} inside */
async function checkFuses(inside) {
  const fuses = await readFuses(join(inside.folder, 'opt', 'tilescribe', 'tilescribe-app'));
  expectThat(
    JSON.stringify(fuses) === JSON.stringify(RELEASE_FUSES),
    `the fuses are ${JSON.stringify(fuses)}`,
  );
}

/** @param {Inside} inside */
async function checkCommand(inside) {
  const { version } = await readPackage(join(inside.folder, 'opt', 'tilescribe', 'package.json'));
  const told = await inside.runAsUser('tilescribe --version');
  expectThat(told.trim() === `tilescribe ${version}`, `--version says: ${told}`);
  for (const file of ['jfk.wav', 'talk.mp3']) {
    const output = await inside.runAsUser(`tilescribe /tmp/${file}`);
    expectThat(SPOKEN.test(output), `${file} is transcribed as: ${output}`);
    expectThat(output.includes('native engine'), `the native engine does not run: ${output}`);
  }
  const failed = await inside.runAsUser(
    'tilescribe /nothing; test $? = 1 && tilescribe --nonsense; test $? = 2 && echo "as told"',
  );
  expectThat(failed.includes('as told'), `exit codes are wrong: ${failed}`);
}

/** @param {Inside} inside */
async function checkServer(inside) {
  const server = inside.startAsUser('tilescribe serve --port 8649');
  try {
    await until(
      () =>
        inside.run('curl -sf http://127.0.0.1:8649/healthz').then(
          () => true,
          () => false,
        ),
      'the server',
    );
    const url = 'http://127.0.0.1:8649/v1/audio/transcriptions';
    const text = await inside.run(
      `curl -sf ${url} -F model=whisper-1 -F file=@/tmp/jfk.wav -F response_format=text`,
    );
    expectThat(SPOKEN.test(text), `the server says: ${text}`);
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    const code = server.exitCode;
    expectThat(code === 0, `the server ended with ${code}`);
  }
}

/**
 * Through Chromium's own remote debugging: Playwright's way into Electron needs the inspector, which a fuse
 * forbids.
 *
 * @param {Inside} inside
 */
async function checkWindow(inside) {
  const app = inside.startAsUser(
    `xvfb-run -a -s '-screen 0 1280x800x24' /opt/tilescribe/tilescribe-app --remote-debugging-port=${DEBUG_PORT} /tmp/jfk.wav`,
  );
  let said = '';
  app.stderr.on('data', (text) => (said += String(text)));
  app.stdout.resume();
  try {
    const url = `http://127.0.0.1:${DEBUG_PORT}`;
    await until(
      () =>
        fetch(`${url}/json/list`).then(
          async (answer) => (await answer.text()).includes('app://'),
          () => false,
        ),
      'the window',
    ).catch((/** @type {unknown} */ thrown) => {
      throw new Error(`${String(thrown)}\n${said}`);
    });
    const browser = await chromium.connectOverCDP(url);
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error('there is no page');
    await page.getByText(SPOKEN).first().waitFor({ timeout: 60_000 });
    expectThat(!(await page.evaluate(() => 'process' in globalThis)), 'the page sees Node');
    await checkSandbox();
    await browser.close();
  } finally {
    if (app.exitCode === null && app.pid !== undefined) {
      process.kill(-app.pid, 'SIGTERM');
      await once(app, 'exit');
    }
  }
}

/** The kernel's own word: the page's process runs behind a filter of system calls. */
async function checkSandbox() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let renderers = 0;
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('/opt/tilescribe/') || !command.includes('--type=renderer')) continue;
    renderers++;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expectThat(/^Seccomp:\s+2$/m.test(status), `the page is not in a sandbox: ${status}`);
  }
  expectThat(renderers > 0, 'there is no process of a page');
}

/** @param {Inside} inside */
async function checkRemoval(inside) {
  await inside.run('apt-get purge -y -qq tilescribe');
  const left = await inside.run(
    'ls -d /opt/tilescribe /usr/bin/tilescribe /etc/apparmor.d/tilescribe ' +
      '/etc/security/limits.d/60-tilescribe.conf 2>/dev/null || true',
  );
  expectThat(left.trim() === '', `it leaves: ${left}`);
}

/**
 * @param {() => Promise<boolean>} isSo
 * @param {string} what
 */
async function until(isSo, what) {
  for (let count = 0; count < 120; count++) {
    if (await isSo()) return;
    await wait(250);
  }
  throw new Error(`${what} did not come up in 30 s`);
}

/**
 * @param {boolean} isTrue
 * @param {string} otherwise
 */
function expectThat(isTrue, otherwise) {
  if (!isTrue) throw new Error(otherwise);
}
