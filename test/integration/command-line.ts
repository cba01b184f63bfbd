/** Builds the command line from source and runs it as a process, as a user's shell does. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const repository = join(import.meta.dirname, '..', '..');
const outDir = join(repository, '.cache', 'test-command-line');

export const COMMAND = join(outDir, 'index.js');

export async function buildCommandLine(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: repository,
    build: { ssr: 'src/cli/index.ts', outDir, target: 'node20.19' },
  });
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file to send into standard input. */
  readonly stdin?: string;
  /** Called with every piece of standard output as it comes. */
  readonly onOutput?: (child: ChildProcess, output: string) => void;
}

export interface RunOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCommand(args: readonly string[], options: RunOptions = {}): Promise<RunOutcome> {
  return runProcess(process.execPath, [COMMAND, ...args], options);
}

/** A line for /bin/sh, in which `tilescribe` is the command. */
export function runShell(line: string, options: RunOptions = {}): Promise<RunOutcome> {
  const env = { NODE: process.execPath, COMMAND, ...options.env };
  return runProcess('/bin/sh', ['-c', `tilescribe() { "$NODE" "$COMMAND" "$@"; }; ${line}`], {
    ...options,
    env,
  });
}

function runProcess(file: string, args: readonly string[], options: RunOptions): Promise<RunOutcome> {
  const { cwd, env, stdin, onOutput } = options;
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(child, stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  if (stdin === undefined) child.stdin.end();
  else createReadStream(stdin).pipe(child.stdin);
  return new Promise((settle, refuse) => {
    child.on('error', refuse).on('close', (exitCode) => {
      settle({ exitCode, stdout, stderr });
    });
  });
}
