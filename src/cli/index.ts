/**
 * The command line's process: arguments in, exit code out. Everything with logic is in the files
 * beside; here are the real streams, signals and exit.
 *
 * Exit codes: 0 all went well, 1 a file failed, 2 wrong usage, 128 + signal after an interrupt or when
 * the reader of standard output went away (`| head`), as any other command of a pipeline ends.
 */
import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../engine/engine.js';
import { ModelError, modelsFolder } from '../models/store.mjs';
import { AppError, toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import { parseCommand } from './arguments.js';
import type { Command, TranscribeCommand } from './arguments.js';
import { runDoctorCommand } from './doctor.js';
import { fetchModelById } from './fetch-model.js';
import { HELP } from './help.js';
import { runModelNpu } from './model-npu.js';
import { findResourcesFolder, readVersion } from './product-folder.js';
import { toPrintableName } from './progress.js';
import { readRawArguments } from './raw-arguments.js';
import { runTranscriptions } from './run.js';
import { Screen } from './screen.js';
import type { TextSink } from './screen.js';
import { runServe } from './serve.js';
import { readVocabulary } from './vocabulary.js';

const EXIT = { success: 0, failure: 1, wrongUsage: 2, brokenPipe: 141 } as const;
const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

function toSink(stream: NodeJS.WriteStream): TextSink {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
    get columns() {
      return stream.columns;
    },
  };
}

function describeFailure(thrown: unknown): Failure {
  if (thrown instanceof ModelError) {
    return { code: thrown.code, message: thrown.message, remedy: thrown.remedy };
  }
  return toFailure(thrown);
}

/** The first signal asks to stop, the second ends the process at once. */
function listenForInterrupts(): { readonly signal: AbortSignal; readonly exitCode: () => number | null } {
  const controller = new AbortController();
  let exitCode: number | null = null;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (exitCode !== null) process.exit(exitCode);
      exitCode = SIGNAL_EXITS[name];
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}

/** A stream that cannot be written to any more ends the process; nobody is left to tell when it is a pipe. */
function endOnWriteError(stream: NodeJS.WriteStream, screen: Screen): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && stream === process.stdout) {
      const reason = error.code === 'ENOSPC' ? 'the disk is full' : error.message;
      screen.note(`tilescribe: standard output could not be written: ${reason}`);
    }
    process.exit(error.code === 'EPIPE' ? EXIT.brokenPipe : EXIT.failure);
  });
}

async function transcribe(
  command: TranscribeCommand,
  resourcesFolder: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  if (command.inputs.some((input) => input.kind === 'stdin') && process.stdin.isTTY) {
    throw new AppError(
      'wrong-usage',
      'Standard input (-) is the keyboard, not a recording.',
      'Send a recording into it, for example: cat talk.mp3 | tilescribe -',
    );
  }
  const vocabulary = command.vocabulary === null ? [] : await readVocabulary(command.vocabulary);
  const options = { ...command.options, vocabulary };
  const engine = createEngine({ resourcesFolder, modelsFolder: modelsFolder(process.env) });
  try {
    const result = await runTranscriptions(
      { ...command, options },
      { engine, stdin: process.stdin, screen, signal },
    );
    return result.failedCount === 0 ? EXIT.success : EXIT.failure;
  } finally {
    await engine.close();
  }
}

async function execute(command: Command, screen: Screen, signal: AbortSignal): Promise<number> {
  if (command.kind === 'help') {
    process.stdout.write(HELP);
    return EXIT.success;
  }
  const resourcesFolder = findResourcesFolder(process.env, import.meta.url);
  switch (command.kind) {
    case 'version':
      screen.print(`tilescribe ${await readVersion(resourcesFolder)}`);
      return EXIT.success;
    case 'fetch-model': {
      const context = { resourcesFolder, modelsFolder: modelsFolder(process.env), screen, signal };
      await fetchModelById(command.model, context);
      return EXIT.success;
    }
    case 'transcribe':
      return transcribe(command, resourcesFolder, screen, signal);
  }
}

function explain(thrown: unknown, screen: Screen): number {
  const failure = describeFailure(thrown);
  screen.note(`tilescribe: ${toPrintableName(failure.message)} ${failure.remedy}`);
  return failure.code === 'wrong-usage' ? EXIT.wrongUsage : EXIT.failure;
}

async function main(): Promise<number> {
  const screen = new Screen(toSink(process.stdout), toSink(process.stderr));
  endOnWriteError(process.stdout, screen);
  endOnWriteError(process.stderr, screen);
  const args = process.argv.slice(2);
  // A server ends by a signal in good order, not as something interrupted.
  if (args[0] === 'serve')
    return runServe(args.slice(1), screen).catch((thrown: unknown) => explain(thrown, screen));
  const interrupts = listenForInterrupts();
  try {
    if (args[0] === 'model-npu') return runModelNpu(args.slice(1), screen);
    if (args[0] === 'doctor') return await runDoctorCommand(args.slice(1), screen);
    const exitCode = await execute(parseCommand(args, readRawArguments(args)), screen, interrupts.signal);
    return interrupts.exitCode() ?? exitCode;
  } catch (thrown) {
    const interrupted = interrupts.exitCode();
    return interrupted ?? explain(thrown, screen);
  } finally {
    screen.clearProgress();
  }
}

const exitCode = await main();
// Both streams are synchronous on Linux, so everything is written; but a write that failed is reported
// only in a later turn of the event loop, and must not be overtaken by a success.
await setImmediate();
// Ended by force, because an unread standard input would keep the process alive.
process.exit(exitCode);
