/**
 * Puts what is missing from the operating system in place: with apt as root, else by telling the user
 * the one command. Other distributions are told what is missing.
 */
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lastLines, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';
import {
  findMissing,
  formatInstallCommand,
  listPackages,
  parseLinkerCache,
  usesTime64Names,
} from './system-packages.mjs';

/** @typedef {import('./system-packages.mjs').Purpose} Purpose */
/** @typedef {import('./system-packages.mjs').Machine} Machine */
/** @typedef {import('./system-packages.mjs').Requirement} Requirement */
/** @typedef {import('./progress.mjs').Reporter} Reporter */

/** Packages that are missing and that the user has to install. */
export class MissingPackagesError extends SetupError {
  /**
   * @param {string} message
   * @param {string} remedy
   * @param {string} installation the command, or what to install: one line
   */
  constructor(message, remedy, installation) {
    super(message, remedy);
    /** @readonly */
    this.installation = installation;
  }
}

/**
 * Throws a SetupError when something required is missing and cannot be installed from here.
 *
 * @param {readonly Purpose[]} purposes
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureSystemPackages(purposes, reporter) {
  const machine = await inspectMachine();
  const missing = findMissing(new Set(purposes), machine);
  if (missing.length === 0) return;
  if (!machine.isDebianLike) throw describeMissing(missing);
  const packages = listPackages(missing, usesTime64Names(readOsRelease()));
  if (process.getuid?.() !== 0) {
    const command = formatInstallCommand(packages);
    throw new MissingPackagesError(
      `These system packages are missing: ${packages.join(', ')}.`,
      `Install them with this command, then try again:\n  ${command}`,
      command,
    );
  }
  await installPackages(packages, reporter);
}

/** @returns {Promise<Machine>} */
async function inspectMachine() {
  // Debian keeps ldconfig off the PATH of users who are not root.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/sbin:/usr/sbin`, LC_ALL: 'C' };
  const cache = await runCaptured('ldconfig', ['-p'], { env });
  return {
    libraries: cache.exitCode === 0 ? parseLinkerCache(cache.output, process.arch) : null,
    hasProgram: isOnPath,
    hasFile: existsSync,
    isDebianLike: isOnPath('dpkg-query') && isOnPath('apt-get'),
  };
}

/** @param {string} program */
function isOnPath(program) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** @param {readonly Requirement[]} missing */
function describeMissing(missing) {
  const names = missing.map(({ evidence, debianName }) => `${evidence.name} (in Debian: ${debianName})`);
  return new MissingPackagesError(
    `This system lacks: ${names.join(', ')}.`,
    'Install the packages of your distribution that contain them, then try again.',
    `install ${names.join(', ')}.`,
  );
}

/**
 * @param {readonly string[]} packages
 * @param {Reporter} reporter
 */
async function installPackages(packages, reporter) {
  const step = reporter.startStep(`Installing ${packages.length} system packages`);
  const ticking = setInterval(step.tick, 1_000);
  try {
    let isUpdated = false;
    if (!hasPackageLists()) {
      await runApt(['update']);
      isUpdated = true;
    }
    let result = await runApt(['install', '-y', '--no-install-recommends', ...packages]);
    if (result.exitCode !== 0 && !isUpdated) {
      // The lists were there but old: they name files that the mirror no longer has.
      await runApt(['update']);
      result = await runApt(['install', '-y', '--no-install-recommends', ...packages]);
    }
    if (result.exitCode !== 0) {
      throw new SetupError(
        `apt-get could not install ${packages.join(', ')}:\n${lastLines(result.output)}`,
        `Repair what apt-get names, or install them by hand, then try again:\n  ${formatInstallCommand(packages)}`,
      );
    }
    step.finish();
  } catch (thrown) {
    step.abandon();
    throw thrown;
  } finally {
    clearInterval(ticking);
  }
}

/** @param {readonly string[]} args */
function runApt(args) {
  // Another apt at work (unattended upgrades) is waited for, but not for ever.
  return runCaptured('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some(
      (name) => name.endsWith('Packages') || name.includes('_Packages'),
    );
  } catch {
    return false;
  }
}
