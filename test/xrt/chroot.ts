/**
 * Commands inside the Debian system with the real XRT (src/setup/xrt-chroot.mjs), with the fake NPU under it
 * (enter.sh). What runs there is built there, once for its sources, into .cache/xrt.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hashSources } from '../../src/setup/build.mjs';
import { modelsFolder } from '../../src/models/store.mjs';
import { downloadsFolder } from '../../src/setup/folders.mjs';
import { buildTree } from '../../src/setup/native-tree.mjs';
import { COMMAND } from '../integration/command-line.js';
import { buildReleasePlugin } from '../../src/packaging/xrt-plugin.mjs';
import { createReporter } from '../../src/setup/progress.mjs';
import { canUseXrtChroot, xrtChrootFolder } from '../../src/setup/xrt-chroot.mjs';
import { xrtHeadersFolder } from '../../src/setup/xrt-headers.mjs';
import { makeNpuApp } from './npu-app.js';

const repository = join(import.meta.dirname, '..', '..');
const cacheFolder = downloadsFolder(process.env);
const outFolder = join(repository, '.cache', 'xrt');
const appFolder = join(outFolder, 'npu-app');
const emulatorFolder = join(repository, '.cache', 'native', 'release');
const LIBRARIES = ['libtilescribe_npu.a', 'libtilescribe_core.a', 'kernels/libtilescribe_kernels.a'];
const SOURCES = [
  'native/npu',
  'test/xrt',
  ...LIBRARIES.map((library) => relative(repository, join(emulatorFolder, library))),
];

const SCRIPT = join('/mnt/repository', relative(repository, COMMAND));
/** The one that is built against the headers of the system inside. */
const PLUGIN = '/mnt/out/libtilescribe_xrt.so';
/** What `compileAgainst('oldest')` makes. */
export const OLDEST_PLUGIN = '/mnt/out/oldest/libtilescribe_xrt.so';
/** What says what it does with one of them; what is to be done comes behind it. */
export const pluginCheck = (plugin: string): string[] => [
  '/mnt/out/plugin_check',
  plugin,
  '/mnt/out/add-one.xclbin',
];
export const PLUGIN_CHECK = pluginCheck(PLUGIN);

/** Runs a command while another program has six contexts, which it gives back when its input ends. */
const HOLD_CONTEXTS = `
  mkfifo /tmp/hold
  ${PLUGIN_CHECK.join(' ')} hold 6 </tmp/hold >/tmp/held &
  exec 3>/tmp/hold
  until grep -q holding /tmp/held; do sleep 0.1; done
  "$@" 3>&-
  code=$?
  exec 3>&-
  wait
  exit $code`;

/** What a machine can lack or do wrong; nothing: all is well. */
export interface Machine {
  readonly device?: 'none';
  readonly groups?: 'none';
  /** RLIMIT_MEMLOCK of the command, the real one. */
  readonly memoryLockBytes?: number;
  /** FAKE_AMDXDNA_FAULT (fake/executor.h). */
  readonly fault?: string;
  readonly user?: 'root';
  /** Other programs that have hardware contexts, six of them. */
  readonly contexts?: 'taken';
}

export interface Outcome {
  readonly exitCode: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

/** Whether the tests can run here; throws where they must and cannot. */
export async function isChrootUsable(): Promise<boolean> {
  const isUsable = await canUseXrtChroot(cacheFolder);
  if (!isUsable && process.env['TILESCRIBE_REQUIRE_XRT'] === '1') {
    throw new Error('the system with XRT is not there, though TILESCRIBE_REQUIRE_XRT is set');
  }
  return isUsable;
}

/** They come from a mirror of Ubuntu, which not every network has; set-up says when they are left out. */
export function areHeadersThere(): boolean {
  return existsSync(xrtHeadersFolder(cacheFolder));
}

/** Compiles and links the plugin against the headers of the oldest XRT, or of the one inside. */
export function compileAgainst(headers: 'oldest' | 'installed'): Promise<Outcome> {
  const script = [
    'sh',
    '/mnt/repository/test/xrt/compile-plugin.sh',
    '/mnt/repository',
    `/mnt/out/${headers}`,
  ];
  const folders = [`out:rw=${outFolder}`];
  if (headers === 'installed') return enter(script, { user: 'root' }, folders);
  const found = `headers=${xrtHeadersFolder(cacheFolder)}`;
  return enter([...script, '/mnt/headers'], { user: 'root' }, [...folders, found]);
}

/** @returns where it is, seen from inside */
export async function buildReleasePluginInto(folder: string): Promise<string> {
  const target = join(outFolder, folder, 'libtilescribe_xrt.so');
  const silent = createReporter({
    write: () => undefined,
    isTerminal: false,
    nowMs: () => performance.now(),
  });
  await buildReleasePlugin(repository, cacheFolder, target, silent);
  return `/mnt/out/${folder}/libtilescribe_xrt.so`;
}

/** Nothing to do when the sources are those of the last build. */
export async function buildInside(): Promise<void> {
  await mkdir(outFolder, { recursive: true });
  const emulator = await buildTree(repository, { configure: 'release', build: 'emulator' }, () => undefined);
  if (!emulator.isGood) throw new Error(`the emulator could not be built:\n${emulator.output}`);
  const stampPath = join(outFolder, 'sources.sha256');
  const stamp = `${xrtChrootFolder(cacheFolder)} ${await hashSources(repository, SOURCES)}`;
  if ((await readFile(stampPath, 'utf8').catch(() => '')) === stamp) return;
  const { exitCode, output } = await enter(
    ['sh', '/mnt/repository/test/xrt/build.sh', '/mnt/repository', '/mnt/out', '/mnt/emulator'],
    { user: 'root' },
    [`out:rw=${outFolder}`, `emulator=${emulatorFolder}`],
  );
  if (exitCode !== 0) throw new Error(`the build inside the chroot failed:\n${output}`);
  await writeFile(stampPath, stamp);
}

/**
 * Runs a command with the fake driver under it. The repository is at /mnt/repository, what was built at /mnt/out, the
 * models at /mnt/models.
 */
export function runInside(command: readonly string[], machine: Machine = {}): Promise<Outcome> {
  const variables = [
    'LD_PRELOAD=/mnt/out/libfake_amdxdna.so',
    `TILESCRIBE_XRT_PLUGIN=${PLUGIN}`,
    'TILESCRIBE_DATA_DIR=/mnt',
    ...(machine.fault === undefined ? [] : [`FAKE_AMDXDNA_FAULT=${machine.fault}`]),
  ];
  const held = machine.contexts === undefined ? command : ['sh', '-c', HOLD_CONTEXTS, 'sh', ...command];
  return enter(['env', ...variables, ...held], machine, [
    `out=${outFolder}`,
    `models=${modelsFolder(process.env)}`,
    `node=${process.execPath}`,
  ]);
}

/** The command line as a user inside has it (buildCommandLine must have run). */
export function runTilescribe(args: readonly string[], machine: Machine = {}): Promise<Outcome> {
  return runInside(['/mnt/node', SCRIPT, ...args], machine);
}

/** The same in a product whose design for the NPU is compiled, for the emulator (npu-app.ts). */
export async function runWithDesign(args: readonly string[], machine: Machine = {}): Promise<Outcome> {
  await makeNpuApp(repository, join(outFolder, 'design'), appFolder);
  const resources = 'TILESCRIBE_RESOURCES=/mnt/out/npu-app/resources';
  return runInside(['env', resources, '/mnt/node', SCRIPT, ...args], machine);
}

function enter(command: readonly string[], machine: Machine, folders: readonly string[]): Promise<Outcome> {
  const args = [
    ...['--mount', '--propagation', 'private', '--', 'sh', join(import.meta.dirname, 'enter.sh')],
    xrtChrootFolder(cacheFolder),
    ...[`repository=${repository}`, ...folders, '--', ...command],
  ];
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    ...(machine.device === undefined ? {} : { XRT_DEVICE: machine.device }),
    ...(machine.groups === undefined ? {} : { XRT_GROUPS: machine.groups }),
    ...(machine.user === undefined ? {} : { XRT_USER: machine.user }),
    ...(machine.memoryLockBytes === undefined ? {} : { XRT_MEMLOCK: String(machine.memoryLockBytes) }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, output, stdout });
    });
  });
}
