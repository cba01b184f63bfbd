/**
 * node_modules as package-lock.json says. Whether they agree is read from the record that npm itself
 * leaves in node_modules after a complete install; so an `npm ci` or `npm install` by hand counts too,
 * and one that was cut off does not.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findNpm } from '../models/npm-package.mjs';
import { lastLines, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureDependencies(root, reporter) {
  const wanted = await readPackages(join(root, 'package-lock.json'));
  if (wanted === null) {
    throw new SetupError(
      'package-lock.json cannot be read.',
      'Get a complete copy of the project, then try again.',
    );
  }
  const installed = await readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed !== null && isInstalledAsWanted(wanted, installed)) return;
  const npm = await findNpm(process.env, process.execPath);
  if (!npm) {
    throw new SetupError(
      'The npm command was not found.',
      'Install npm (it comes with Node.js), then try again.',
    );
  }
  const step = reporter.startStep('Installing npm packages');
  const ticking = setInterval(step.tick, 1_000);
  const result = await runCaptured(
    npm.command,
    [...npm.args, 'ci', '--include=dev', '--no-audit', '--no-fund'],
    {
      cwd: root,
    },
  );
  clearInterval(ticking);
  if (result.exitCode !== 0) {
    step.abandon();
    throw new SetupError(
      `npm could not install the packages:\n${lastLines(result.output)}`,
      'Check the network connection and the free disk space, then try again.',
    );
  }
  step.finish();
}

/**
 * @typedef {object} LockedPackage
 * @property {string} version
 * @property {string} integrity
 * @property {boolean} isOptional npm leaves it out where it does not fit the machine
 */

/**
 * @param {ReadonlyMap<string, LockedPackage>} wanted
 * @param {ReadonlyMap<string, LockedPackage>} installed
 * @returns {boolean}
 */
export function isInstalledAsWanted(wanted, installed) {
  for (const [path, item] of wanted) {
    const found = installed.get(path);
    if (!found && !item.isOptional) return false;
    if (found && (found.version !== item.version || found.integrity !== item.integrity)) return false;
  }
  return [...installed.keys()].every((path) => wanted.has(path));
}

/**
 * @param {string} path
 * @returns {Promise<ReadonlyMap<string, LockedPackage> | null>} null when there is no usable lock file
 */
async function readPackages(path) {
  try {
    return parseLock(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * @param {unknown} data content of a package-lock.json, version 2 or 3
 * @returns {ReadonlyMap<string, LockedPackage>} by path below the root; the root itself is left out
 */
export function parseLock(data) {
  const packages = fieldOf(data, 'packages');
  if (typeof packages !== 'object' || packages === null) throw new Error('no packages in the lock file');
  return new Map(
    Object.entries(packages)
      .filter(([path]) => path !== '')
      .map(([path, item]) => [
        path,
        {
          version: String(fieldOf(item, 'version')),
          integrity: String(fieldOf(item, 'integrity')),
          isOptional: fieldOf(item, 'optional') === true || fieldOf(item, 'devOptional') === true,
        },
      ]),
  );
}

/**
 * @param {unknown} data
 * @param {string} name
 * @returns {unknown}
 */
function fieldOf(data, name) {
  return typeof data === 'object' && data !== null
    ? Object.entries(data).find(([key]) => key === name)?.[1]
    : undefined;
}
