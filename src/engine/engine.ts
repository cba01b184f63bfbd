/**
 * The one door to transcription for the app's engine process, the command line, the evaluation and
 * the tests.
 */
import type { EngineEvent } from '../shared/events.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { AudioSource } from './audio/audio.js';

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
  /** Frees the model. */
  close(): Promise<void>;
}

export interface EngineConfig {
  /** Folder that holds models/catalog.json and the other read-only data of the product. */
  readonly resourcesFolder: string;
  /** Folder with one subfolder per installed model. */
  readonly modelsFolder: string;
}

export function createEngine(config: EngineConfig): Engine {
  throw new Error(`not built yet: ${config.modelsFolder}`);
}
