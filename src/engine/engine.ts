/**
 * The one door to transcription for the app's engine process, the command line, the evaluation and
 * the tests.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readCatalog, findModel } from '../models/catalog.mjs';
import type { Model } from '../models/catalog.mjs';
import { checkModel, folderOfModel } from '../models/store.mjs';
import { AppError, cancelledError, isCancelled, toFailure } from '../shared/errors.js';
import type { EngineEvent, JobEvent } from '../shared/events.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { AudioSource } from './audio/audio.js';
import { openAudio } from './audio/open.js';
import type { DecoderBackend } from './backend/backend.js';
import { openBackend } from './backend/open-backend.js';
import { describeModel } from './model/describe-model.js';
import { fitOptions } from './model/fit-options.js';
import type { Tokenizer } from './model/tokenizer.js';
import { openDetector } from './voice/open-detector.js';
import type { VoiceModel } from './voice/voice-model.js';
import { transcribe } from './transcribe.js';

export interface TranscribeRequest {
  readonly jobId: string;
  readonly source: AudioSource;
  readonly options: TranscribeOptions;
}

export interface Engine {
  /**
   * Transcribes one source, in the order of calls. Never rejects: the last event is `done`, `failed`
   * or `cancelled`. An aborted signal ends it at the next token (or after the encoder pass under way).
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
}

interface OpenModel {
  readonly key: string;
  /** Of the catalogue. */
  readonly entry: Model;
  readonly backend: DecoderBackend;
  /** For people: what decodes, and why not something faster. */
  readonly description: string;
  readonly tokenizer: Tokenizer;
}

interface OpenVoice {
  readonly device: TranscribeOptions['device'];
  readonly model: VoiceModel | null;
  /** For people: why there is none although one was asked for. */
  readonly reason: string | null;
}

export function createEngine(config: EngineConfig): Engine {
  let model: OpenModel | null = null;
  let voice: OpenVoice | null = null;
  let last: Promise<void> = Promise.resolve();

  const closeModel = async (): Promise<void> => {
    const closing = model;
    model = null;
    await closing?.backend.close();
  };

  const useModel = async (options: TranscribeOptions, signal: AbortSignal): Promise<OpenModel> => {
    const key = `${options.model} ${options.threads} ${options.device}`;
    if (model?.key === key) return model;
    await closeModel();
    model = { key, ...(await openModel(config, options, signal)) };
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

  const runJob = async (
    { source, options: wanted }: TranscribeRequest,
    emit: (event: JobEvent) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const beganMs = performance.now();
    if (signal.aborted) throw cancelledError();
    const audio = await openAudio(source, signal);
    try {
      const loadBeganMs = performance.now();
      const { entry, backend, tokenizer, description } = await useModel(wanted, signal);
      const options = fitOptions(wanted, entry, tokenizer);
      const { model: voiceModel, reason } = await useVoice(options, signal);
      const loadMs = performance.now() - loadBeganMs;
      emit({
        kind: 'opened',
        duration: audio.expectedDuration,
        format: audio.format,
        backend: reason === null ? description : `${description}; silence is not skipped (${reason})`,
      });
      const stats = await transcribe({
        audio,
        backend,
        tokenizer,
        voiceModel,
        options,
        emit,
        signal,
        beganMs,
        loadMs,
      });
      emit({ kind: 'done', stats, warning: audio.warning() });
    } finally {
      await audio.close();
    }
  };

  return {
    transcribe(request, emit, signal) {
      const emitJob = (event: JobEvent): void => {
        emit({ ...event, jobId: request.jobId });
      };
      last = last.then(async () => {
        try {
          await runJob(request, emitJob, signal);
        } catch (thrown) {
          const isOver = signal.aborted || isCancelled(thrown);
          const failure = toFailure(thrown);
          // What is open is not to be used again; the next job opens what is whole.
          if (failure.code === 'model-corrupt') await closeModel();
          emitJob(isOver ? { kind: 'cancelled' } : { kind: 'failed', failure });
        }
      });
      return last;
    },

    async close() {
      await last;
      await closeModel();
      await voice?.model?.close();
      voice = null;
    },
  };
}

/** Checks the installed files, then loads them. Throws AppError with a `model-…` code. */
async function openModel(
  { resourcesFolder, modelsFolder }: EngineConfig,
  options: TranscribeOptions,
  signal: AbortSignal,
): Promise<Omit<OpenModel, 'key'>> {
  const entry = findModel(await readCatalog(resourcesFolder), options.model);
  const folder = folderOfModel(entry, modelsFolder);
  const status = await checkModel(entry, modelsFolder, { signal });
  if (status.state !== 'ready') {
    const files = status.problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
    throw new AppError(
      status.state === 'missing' ? 'model-missing' : 'model-corrupt',
      `${entry.name} is ${status.state === 'missing' ? 'not installed' : 'damaged'} (${files}).`,
      `Press Repair in the app, or run \`tilescribe --fetch-model ${entry.id}\`.`,
    );
  }
  const { dimensions, tokenizer } = await describeModel(entry, folder);
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  const { backend, reason } = await openBackend({
    device: options.device,
    model: entry,
    modelFolder: folder,
    dimensions,
    threads,
    addonPath: findAddon(resourcesFolder),
    signal,
  });
  const description = reason === null ? backend.description : `${backend.description} (${reason})`;
  return { entry, backend, description, tokenizer };
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
function findAddon(resourcesFolder: string): string {
  return join(resourcesFolder, '..', 'out', 'native', 'tilescribe_native.node');
}
