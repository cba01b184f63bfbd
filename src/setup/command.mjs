/** Runs other programs: quietly with their output kept, or on our own terminal with signals passed on. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * @typedef {object} CommandResult
 * @property {number} exitCode 128 + number of the signal when one ended it, as a shell has it
 * @property {string} output standard output and standard error, in the order in which they came
 */

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string | undefined>>} [env]
 * @property {AbortSignal} [signal] ends the command
 * @property {(text: string) => void} [onOutput] gets the output as it comes
 */

/**
 * Never rejects for a command that fails; a command that cannot be started gives exit code 127.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCaptured(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' }),
    });
    let output = '';
    /** @param {string} text */
    const keep = (text) => {
      output += text;
      options.onOutput?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: 127, output: error.message });
    });
    child.once('close', (code, signal) => {
      resolve({ exitCode: toExitCode(code, signal), output });
    });
  });
}

/**
 * Runs a command on our terminal. Ctrl+C reaches it by itself; other signals that end us are passed on.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Readonly<Record<string, string | undefined>> }} [options]
 * @returns {Promise<number>} exit code
 */
export function runAttached(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    const wait = () => undefined;
    // A terminal sends Ctrl+C to the whole group, so it is not passed on a second time.
    process.on('SIGINT', wait);
    process.on('SIGTERM', forward);
    process.on('SIGHUP', forward);
    const stopListening = () => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', forward);
      process.off('SIGHUP', forward);
    };
    child.once('error', (error) => {
      stopListening();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopListening();
      resolve(toExitCode(code, signal));
    });
  });
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function toExitCode(code, signal) {
  return code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
}

/**
 * The last lines of a command's output, for an error message.
 *
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 12) {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {readonly string[]} names
 * @returns {Readonly<Record<string, string | undefined>>} the environment without these
 */
export function omitVariables(env, names) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
