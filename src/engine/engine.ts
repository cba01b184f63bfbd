/**
 * The one door to transcription for the app's engine process, the command line, the evaluation and
 * the tests.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readCatalog, findModel } from '../models/catalog.mjs';
import type { Model } from '../models/catalog.mjs';
import { fetchCommand } from '../models/command.mjs';
import { checkModel, folderOfModel } from '../models/store.mjs';
import { AppError, cancelledError, isCancelled, toFailure } from '../shared/errors.js';
import type { Checkpoint, EngineEvent, JobEvent, JobStats } from '../shared/events.js';
import { JOBS_AT_ONCE } from '../shared/job.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { AudioSource, AudioStream } from './audio/audio.js';
import { openAudio } from './audio/open.js';
import type { SoundFolder } from './audio/sound-recorder.js';
import type { AlignmentHead, DecoderBackend } from './backend/backend.js';
import { openBackend } from './backend/open-backend.js';
import { listSparseGroups } from './backend/sparse-vocabulary.js';
import { StepBatcher } from './backend/step-batcher.js';
import { guardsWithout } from './decoding/guards.js';
import type { Guard } from './decoding/guards.js';
import { JobLine } from './job-line.js';
import { describeModel } from './model/describe-model.js';
import type { AlignmentHeads } from './model/model-files.js';
import { fitOptions } from './model/fit-options.js';
import type { Tokenizer } from './model/tokenizer.js';
import { openDetector } from './voice/open-detector.js';
import type { VoiceModel } from './voice/voice-model.js';
import { transcribe } from './transcribe.js';
import { keepYoungGenerationSmall } from './young-generation.js';

export interface TranscribeRequest {
  readonly jobId: string;
  readonly source: AudioSource;
  readonly options: TranscribeOptions;
  /** Where an earlier run of the same job, with the same options, stopped. */
  readonly resume?: Checkpoint | null;
  /** Where the sound is kept for playback, and its waveform. */
  readonly sound?: SoundFolder | null;
  /** How many other candidates to tell with each token; none when left out. */
  readonly candidates?: number;
  /** For measuring what a guard does; none when left out. */
  readonly guardsLeftOut?: readonly Guard[];
}

export interface Engine {
  /**
   * Transcribes one source. Never rejects: the last event is `done`, `failed` or `cancelled`. An aborted signal
   * ends it at once while it waits, else at the next token (or after the encoder pass under way, which may be
   * another job's).
   *
   * Jobs begin in the order of calls. Up to JOBS_AT_ONCE of the same model, threads and device run side by side
   * where the backend gains by it, from the first words of the first of them on; the text of each is what it
   * would be alone.
   */
  transcribe(
    request: TranscribeRequest,
    emit: (event: EngineEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Frees the model, after the jobs that were asked for. */
  close(): Promise<void>;
}

export interface EngineConfig {
  /** Folder that holds models/catalog.json and the other read-only data of the product. */
  readonly resourcesFolder: string;
  /** Folder with one subfolder per installed model. */
  readonly modelsFolder: string;
  /** For tests: what the emulated NPU fails with, like `timeout@3` (native/npu/emulator.h). */
  readonly npuFault?: string;
  /** For the evaluation: opens the decoder in place of what the job's device names. */
  readonly openBackend?: typeof openBackend;
}

interface OpenModel {
  readonly key: string;
  /** Of the catalogue. */
  readonly entry: Model;
  /** For all jobs, as long as the model is open. */
  readonly batcher: StepBatcher;
  /** Whether jobs side by side are faster than one after the other. */
  readonly sharesSteps: boolean;
  /** For people: what decodes, and why not something faster. */
  readonly description: string;
  readonly tokenizer: Tokenizer;
  readonly alignmentHeads: AlignmentHeads;
  /** Jobs that work with it. */
  users: number;
}

interface JobContext {
  readonly emit: (event: JobEvent) => void;
  readonly signal: AbortSignal;
  /** performance.now() when the job began, and when it began to load. */
  readonly beganMs: number;
  /** process.cpuUsage() when the job began. */
  readonly cpuBegan: NodeJS.CpuUsage;
  readonly loadBeganMs: number;
}

interface OpenVoice {
  readonly device: TranscribeOptions['device'];
  readonly model: VoiceModel | null;
  /** For people: why there is none although one was asked for. */
  readonly reason: string | null;
}

export function createEngine(config: EngineConfig): Engine {
  keepYoungGenerationSmall();
  const line = new JobLine(JOBS_AT_ONCE);
  /** That were asked for and have not ended. */
  const jobs = new Set<Promise<void>>();
  let model: OpenModel | null = null;
  let voice: OpenVoice | null = null;
  let loading: Promise<unknown> = Promise.resolve();

  /** One load after the other: the second finds what the first has loaded. */
  const loadInTurn = <T>(load: () => Promise<T>): Promise<T> => {
    const mine = loading.then(load);
    loading = mine.catch(() => undefined);
    return mine;
  };

  /** The next job opens one anew. Those who still work with this one keep it until they end. */
  const dropModel = async (): Promise<void> => {
    const dropped = model;
    model = null;
    if (dropped?.users === 0) await dropped.batcher.inner.close();
  };

  const leaveModel = async (used: OpenModel): Promise<void> => {
    used.users--;
    if (used.users === 0 && used !== model) await used.batcher.inner.close();
  };

  const useModel = async (options: TranscribeOptions, signal: AbortSignal): Promise<OpenModel> => {
    const key = keyOf(options);
    if (model?.key !== key) {
      await dropModel();
      model = { key, users: 0, ...(await openModel(config, options, signal)) };
    }
    model.users++;
    return model;
  };

  const useVoice = async (options: TranscribeOptions, signal: AbortSignal): Promise<OpenVoice> => {
    if (options.vad === 'off') return { device: options.device, model: null, reason: null };
    if (voice?.device === options.device && voice.model !== null) return voice;
    await voice?.model?.close();
    voice = null;
    voice = await openVoice(config, options, signal);
    return voice;
  };

  const transcribeWith = async (
    used: OpenModel,
    audio: AudioStream,
    request: TranscribeRequest,
    { emit, signal, beganMs, cpuBegan, loadBeganMs }: JobContext,
  ): Promise<JobStats> => {
    try {
      const options = fitOptions(request.options, used.entry, used.tokenizer);
      const { model: voiceModel, reason } = await loadInTurn(() => useVoice(options, signal));
      const loadMs = performance.now() - loadBeganMs;
      const backend = used.batcher.join();
      const words = planWords(backend, used.alignmentHeads, options);
      emit({
        kind: 'opened',
        duration: audio.expectedDuration,
        format: audio.format,
        backend: [
          used.description,
          ...(reason === null ? [] : [`silence is not skipped (${reason})`]),
          ...(words.reason === null ? [] : [`words have no times (${words.reason})`]),
        ].join('; '),
        device: backend.device,
      });
      return await transcribe({
        audio,
        backend,
        tokenizer: used.tokenizer,
        voiceModel,
        options,
        resume: request.resume ?? null,
        sound: request.sound ?? null,
        alignmentHeads: words.heads,
        emit: (event) => {
          emit(event);
          const hasWords = event.kind === 'commit' && event.segments.length > 0;
          if (used.sharesSteps && hasWords) line.open();
        },
        signal,
        beganMs,
        cpuBegan,
        loadMs,
        jobsAtOnce: () => used.users,
        candidates: request.candidates ?? 0,
        guards: guardsWithout(request.guardsLeftOut ?? []),
      });
    } catch (thrown) {
      // What is open is not to be used again; the next job opens what is whole.
      if (toFailure(thrown).code === 'model-corrupt' && used === model) await dropModel();
      throw thrown;
    } finally {
      await leaveModel(used);
    }
  };

  const runJob = async (
    request: TranscribeRequest,
    emit: (event: JobEvent) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const { source, options } = request;
    const beganMs = performance.now();
    const cpuBegan = process.cpuUsage();
    if (signal.aborted) throw cancelledError();
    const audio = await openAudio(source, signal);
    try {
      const loadBeganMs = performance.now();
      const used = await loadInTurn(() => useModel(options, signal));
      const stats = await transcribeWith(used, audio, request, {
        emit,
        signal,
        beganMs,
        cpuBegan,
        loadBeganMs,
      });
      // Of a stretch the file was not read to its end, which would look like a file cut short.
      emit({ kind: 'done', stats, warning: options.range === null ? audio.warning() : null });
    } finally {
      await audio.close();
    }
  };

  const runInLine = async (
    request: TranscribeRequest,
    emit: (event: JobEvent) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      await line.run(keyOf(request.options), signal, () => runJob(request, emit, signal));
    } catch (thrown) {
      const isOver = signal.aborted || isCancelled(thrown);
      emit(isOver ? { kind: 'cancelled' } : { kind: 'failed', failure: toFailure(thrown) });
    }
  };

  return {
    async transcribe(request, emit, signal) {
      const emitJob = (event: JobEvent): void => {
        emit({ ...event, jobId: request.jobId });
      };
      const job = runInLine(request, emitJob, signal);
      jobs.add(job);
      await job;
      jobs.delete(job);
    },

    async close() {
      await Promise.all(jobs);
      await dropModel();
      await voice?.model?.close();
      voice = null;
    },
  };
}

/** Jobs of the same key use the same open model. */
function keyOf({ model, threads, device, npuVocabulary, spareCpu }: TranscribeOptions): string {
  return `${model} ${threads} ${device} ${npuVocabulary} ${spareCpu}`;
}

/** Checks the installed files, then loads them. Throws AppError with a `model-…` code. */
async function openModel(
  { resourcesFolder, modelsFolder, npuFault, openBackend: open = openBackend }: EngineConfig,
  options: TranscribeOptions,
  signal: AbortSignal,
): Promise<Omit<OpenModel, 'key' | 'users'>> {
  const entry = findModel(await readCatalog(resourcesFolder), options.model);
  const folder = folderOfModel(entry, modelsFolder);
  const status = await checkModel(entry, modelsFolder, { signal });
  if (status.state !== 'ready') {
    const files = status.problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
    throw new AppError(
      status.state === 'missing' ? 'model-missing' : 'model-corrupt',
      `${entry.name} is ${status.state === 'missing' ? 'not installed' : 'damaged'} (${files}).`,
      `Press Repair in the app, or run "${fetchCommand(entry.id)}".`,
    );
  }
  const { dimensions, tokenizer, alignmentHeads } = await describeModel(entry, folder);
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  const { backend, reason, sharesSteps } = await open({
    device: options.device,
    model: entry,
    modelFolder: folder,
    dimensions,
    threads,
    addonPath: findAddon(resourcesFolder),
    npu: {
      vocabulary: options.npuVocabulary,
      sparesCpu: options.spareCpu,
      sparseGroups: () => listSparseGroups(tokenizer, dimensions.vocabularySize),
      designFolder: join(resourcesFolder, '..', 'out', 'npu'),
      fault: npuFault ?? '',
    },
    signal,
  });
  const description = reason === null ? backend.description : `${backend.description} (${reason})`;
  return { entry, batcher: new StepBatcher(backend), sharesSteps, description, tokenizer, alignmentHeads };
}

interface WordPlan {
  readonly heads: readonly AlignmentHead[] | null;
  /** For people: why words get no times although they were asked for. */
  readonly reason: string | null;
}

function planWords(
  { align }: Pick<DecoderBackend, 'align'>,
  alignmentHeads: AlignmentHeads,
  { wordTimestamps }: Pick<TranscribeOptions, 'wordTimestamps'>,
): WordPlan {
  if (!wordTimestamps) return { heads: null, reason: null };
  if (align === null) {
    return { heads: null, reason: 'they need the native engine: ONNX Runtime does not show its attention' };
  }
  if (alignmentHeads.kind === 'unknown') return { heads: null, reason: alignmentHeads.reason };
  return { heads: alignmentHeads.heads, reason: null };
}

/** A detector that cannot be had is no reason not to transcribe, unless nothing but speech was asked for. */
async function openVoice(
  { resourcesFolder, modelsFolder }: EngineConfig,
  { device, vad }: TranscribeOptions,
  signal: AbortSignal,
): Promise<OpenVoice> {
  try {
    const { voiceDetector } = await readCatalog(resourcesFolder);
    const addonPath = device === 'onnx' ? null : findAddon(resourcesFolder);
    const model = await openDetector({ model: voiceDetector, modelsFolder, addonPath, signal });
    return { device, model, reason: null };
  } catch (thrown) {
    if (vad === 'strict' || signal.aborted) throw thrown;
    return { device, model: null, reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Where set-up builds it; it need not be there. */
export function findAddon(resourcesFolder: string): string {
  return join(resourcesFolder, '..', 'out', 'native', 'tilescribe_native.node');
}
