/** Where the tensors of a weights file come from: the files of a model, of whichever kind. */
import type { Model } from '../../models/catalog.mjs';
import type { ModelDimensions } from '../backend/backend.js';
import type { SourceHashes } from './weights-format.js';

/** The files weights are made of, relative to the model's folder. */
export type SourceFiles =
  | {
      /** Those of Hugging Face transformers, at their fixed places, int8. */
      readonly kind: 'onnx';
    }
  | {
      /** The one of whisper.cpp, float16 or float32. */
      readonly kind: 'ggml';
      readonly path: string;
    };

export interface SourceRequest {
  readonly modelFolder: string;
  readonly modelId: string;
  /** When given, sources that are not these are refused. */
  readonly sourceHashes?: SourceHashes;
  readonly signal: AbortSignal;
}

export interface NamedBytes {
  readonly name: string;
  /** Little-endian, like every machine this runs on. */
  readonly bytes: Uint8Array;
}

export interface WeightsSource {
  readonly dimensions: ModelDimensions;
  /** The tensors in the order of the plan, one after another, so that only one is in memory; to be asked for once. */
  tensors(): AsyncIterable<NamedBytes>;
  /** Of exactly the bytes that the tensors were made of; known after the last of them. */
  hashes(): SourceHashes;
  close(): Promise<void>;
}

export function sourceFilesOf({ format, files }: Model): SourceFiles {
  return format === 'onnx' ? { kind: 'onnx' } : { kind: 'ggml', path: files[0]?.path ?? '' };
}

const ONNX_PATHS = [
  'config.json',
  'onnx/encoder_model_quantized.onnx',
  'onnx/decoder_model_merged_quantized.onnx',
] as const;

/** In the order in which a weights file names them. */
export function sourcePathsOf(files: SourceFiles): readonly string[] {
  return files.kind === 'onnx' ? ONNX_PATHS : [files.path];
}
