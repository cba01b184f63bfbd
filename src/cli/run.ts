/**
 * Transcribes the inputs, as many side by side as the engine takes: engine events in, transcript on standard
 * output, progress and failures on standard error, files on disk. What is printed about an input waits until
 * those before it have ended, so that it stands in the order of the inputs; only JSON events, which name their
 * job, come as they happen. One input that fails does not stop the others; what was committed before a failure
 * or an interrupt is saved beside, as `NAME.partial.EXT`, so that it never replaces a whole transcript of an
 * earlier run.
 */
import type { Readable } from 'node:stream';
import type { AudioSource } from '../engine/audio/audio.js';
import { Turn } from '../engine/decoding/turn.js';
import type { Engine } from '../engine/engine.js';
import { fetchCommand } from '../models/command.mjs';
import { createFolder, describePath } from '../node/write-file.js';
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { createJob, isFinished, reduceJob } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import { namedLanguage } from '../shared/options.js';
import { formatDuration } from '../shared/time.js';
import type { Segment, Transcript } from '../shared/transcript.js';
import type { Input, OutputChoice, TranscribeCommand } from './arguments.js';
import { describeInput, planStems, saveTranscript } from './outputs.js';
import {
  formatEndLine,
  formatJobName,
  formatProgressLine,
  formatSegmentLine,
  formatStartLine,
  toPrintableName,
} from './progress.js';
import type { Screen } from './screen.js';

export interface RunContext {
  readonly engine: Engine;
  readonly stdin: Readable;
  readonly screen: Screen;
  /** Aborted by the first interrupt: the running jobs stop, the rest is not started. */
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly failedCount: number;
  readonly isInterrupted: boolean;
}

interface Task {
  readonly input: Input;
  readonly jobId: string;
  readonly fileName: string;
  /** The name with its place in the row, as lines about it begin. */
  readonly label: string;
  readonly stem: string;
  /** When it may be written about. */
  readonly turn: Turn;
}

interface TaskOutcome {
  readonly job: Job;
  readonly segments: readonly Segment[];
}

export async function runTranscriptions(command: TranscribeCommand, context: RunContext): Promise<RunResult> {
  const { screen, signal } = context;
  if (command.output !== null) await createFolder(command.output.folder);
  const results = await Promise.all(
    planTasks(command.inputs).map(async (task) => {
      const outcome = await runTask(task, command, context);
      const isSaved = await saveOutcome(task, outcome, command.output, screen);
      task.turn.end();
      return outcome.job.state !== 'failed' && isSaved;
    }),
  );
  return { failedCount: results.filter((isGood) => !isGood).length, isInterrupted: signal.aborted };
}

function planTasks(inputs: readonly Input[]): readonly Task[] {
  const stems = planStems(inputs);
  let turn: Turn | null = null;
  return inputs.map((input, index) => {
    const fileName = describeInput(input);
    turn = turn === null ? Turn.first() : turn.next();
    return {
      input,
      jobId: String(index + 1),
      fileName,
      label: formatJobName(fileName, index + 1, inputs.length),
      stem: stems[index] ?? fileName,
      turn,
    };
  });
}

async function runTask(task: Task, command: TranscribeCommand, context: RunContext): Promise<TaskOutcome> {
  const { engine, screen, signal } = context;
  const segments: Segment[] = [];
  let job = reduceJob(createJob(task.jobId, task.fileName, command.options), { kind: 'started' });

  const showProgress = (): void => {
    if (task.turn.isOpen) screen.showProgress(formatProgressLine(job));
  };
  const take = (event: EngineEvent): void => {
    if (isFinished(job)) return;
    job = reduceJob(job, event);
    if (event.kind === 'commit') segments.push(...event.segments);
    if (command.hasJsonEvents) screen.print(JSON.stringify(event));
    const now = job;
    if (event.kind === 'opened' || event.kind === 'commit' || isFinished(now)) {
      task.turn.say(() => {
        tell(task, now, event, command, screen);
      });
    }
    if (!isFinished(now)) showProgress();
  };
  const askedToStop = (): void => {
    job = reduceJob(job, { kind: 'cancel-asked' });
    showProgress();
  };

  signal.addEventListener('abort', askedToStop);
  try {
    const request = { jobId: task.jobId, source: openSource(task, context.stdin), options: command.options };
    await engine.transcribe(request, take, signal);
  } catch (error) {
    take({ kind: 'failed', jobId: task.jobId, failure: toFailure(error) });
  } finally {
    signal.removeEventListener('abort', askedToStop);
  }
  return { job, segments };
}

/** @param job as it was after the event. */
function tell(
  task: Task,
  job: Job,
  event: EngineEvent,
  { hasJsonEvents }: TranscribeCommand,
  screen: Screen,
): void {
  if (event.kind === 'commit' && !hasJsonEvents) printSegments(event.segments, screen);
  if (event.kind === 'opened') screen.note(formatStartLine(task.label, job));
  if (isFinished(job) && hasBegun(task, job)) reportEnd(task, job, screen);
}

/** A file that an interrupt kept from being opened is not worth a line, unless there is no other. */
function hasBegun(task: Task, job: Job): boolean {
  return job.state !== 'cancelled' || job.format !== null || task.jobId === '1';
}

function openSource(task: Task, stdin: Readable): AudioSource {
  return task.input.kind === 'stdin'
    ? { kind: 'stream', name: task.fileName, stream: stdin }
    : { kind: 'file', path: task.input.path };
}

function printSegments(segments: readonly Segment[], screen: Screen): void {
  for (const segment of segments) {
    const line = formatSegmentLine(segment);
    if (line !== null) screen.print(line);
  }
}

function reportEnd(task: Task, job: Job, screen: Screen): void {
  if (job.failure !== null) reportFailure(task.label, withCommandRemedy(job.failure, job), screen);
  else screen.note(formatEndLine(task.label, job));
  if (job.warning !== null) screen.note(`${task.label}: note: ${job.warning}`);
}

/** The engine's remedy for a model names the app's button; here the command that does the same is of use. */
function withCommandRemedy(failure: Failure, job: Job): Failure {
  if (failure.code !== 'model-missing' && failure.code !== 'model-corrupt') return failure;
  return { ...failure, remedy: `Run "${fetchCommand(job.options.model)}".` };
}

export function reportFailure(label: string, failure: Failure, screen: Screen): void {
  screen.note(`${label}: failed: ${toPrintableName(failure.message)}`);
  screen.note(`  ${toPrintableName(failure.remedy)}`);
}

function toTranscript(task: Task, { job, segments }: TaskOutcome): Transcript {
  const { options } = job;
  return {
    fileName: task.fileName,
    model: options.model,
    // Without a language event nothing was decoded, and the transcript has no text in any language.
    language: job.language ?? namedLanguage(options) ?? 'en',
    task: options.task,
    duration: job.duration,
    segments: [...segments],
  };
}

/** False when the files could not be written. */
async function saveOutcome(
  task: Task,
  outcome: TaskOutcome,
  output: OutputChoice | null,
  screen: Screen,
): Promise<boolean> {
  const isPartial = outcome.job.state !== 'done';
  if (output === null || (isPartial && outcome.segments.length === 0)) return true;
  try {
    const paths = await saveTranscript(toTranscript(task, outcome), task.stem, output, isPartial);
    const kept = isPartial ? ` (the first ${formatDuration(outcome.job.processed)})` : '';
    task.turn.say(() => {
      for (const path of paths) {
        screen.note(`${task.label}: saved ${toPrintableName(describePath(path))}${kept}`);
      }
    });
    return true;
  } catch (error) {
    task.turn.say(() => {
      reportFailure(task.label, toFailure(error), screen);
    });
    return false;
  }
}
