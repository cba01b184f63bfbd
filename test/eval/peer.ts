/**
 * The peer to measure against: Hugging Face transformers.js with the same int8 weights, used as its
 * documentation shows: greedy, timestamps on, the language given, 30 s chunks for long recordings.
 *
 * The surprising thing: it wants two files that our model folder does not hold (they say nothing that
 * is not in the other files), so that it gets a temporary folder of links with these two added.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import * as v from 'valibot';
import { SAMPLE_RATE_HZ } from '../../src/shared/time.js';
import type { Recording } from './manifest.js';
import { scoreText } from './score.js';
import type { FileScore } from './score.js';
import type { Spellings } from './normalize-english.js';

/** Whisper's window; longer recordings are cut by the peer into chunks of this length. */
const WINDOW_SECONDS = 30;

/** As openai/whisper-base publishes it (WhisperFeatureExtractor). */
const PREPROCESSOR = {
  chunk_length: WINDOW_SECONDS,
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: 80,
  hop_length: 160,
  n_fft: 400,
  n_samples: WINDOW_SECONDS * SAMPLE_RATE_HZ,
  nb_max_frames: WINDOW_SECONDS * 100,
  padding_side: 'right',
  padding_value: 0,
  processor_class: 'WhisperProcessor',
  return_attention_mask: false,
  sampling_rate: SAMPLE_RATE_HZ,
};
const TOKENIZER = {
  add_prefix_space: false,
  bos_token: '<|endoftext|>',
  clean_up_tokenization_spaces: true,
  eos_token: '<|endoftext|>',
  errors: 'replace',
  model_max_length: 1024,
  pad_token: '<|endoftext|>',
  processor_class: 'WhisperProcessor',
  tokenizer_class: 'WhisperTokenizer',
  unk_token: '<|endoftext|>',
};

const ResultSchema = v.object({ text: v.string() });

export interface Peer {
  transcribe(recording: Recording, spellings: Spellings): Promise<FileScore>;
  close(): Promise<void>;
}

/** A folder `layout/whisper` with links to the model's files and the two that the peer wants besides. */
export async function layOutModel(modelFolder: string): Promise<string> {
  const layout = await mkdtemp(join(tmpdir(), 'tilescribe-peer-'));
  const folder = join(layout, 'whisper');
  await mkdir(folder);
  for (const name of await readdir(modelFolder)) {
    if (name === 'preprocessor_config.json' || name === 'tokenizer_config.json') continue;
    await symlink(resolve(modelFolder, name), join(folder, name));
  }
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(PREPROCESSOR));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(TOKENIZER));
  return layout;
}

/** The whole recording as 16 kHz mono float, decoded by ffmpeg; the peer reads no files itself. */
async function decodeWithFfmpeg(path: string): Promise<Float32Array> {
  const output = ['-ac', '1', '-ar', String(SAMPLE_RATE_HZ), '-f', 'f32le', 'pipe:1'];
  const child = spawn('ffmpeg', ['-v', 'error', '-i', `file:${path}`, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((settle, refuse) => {
    child.on('error', refuse).on('close', settle);
  });
  const blocks: Buffer[] = [];
  for await (const block of child.stdout) if (Buffer.isBuffer(block)) blocks.push(block);
  const exitCode = await exit;
  if (exitCode !== 0) throw new Error(`ffmpeg ended with ${String(exitCode)}`);
  const bytes = Uint8Array.from(Buffer.concat(blocks));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT));
}

export async function openPeer(modelFolder: string): Promise<Peer> {
  const layout = await layOutModel(modelFolder);
  env.allowRemoteModels = false;
  env.localModelPath = layout;
  const recognize = await pipeline('automatic-speech-recognition', 'whisper', { dtype: 'q8' });

  const hear = async (recording: Recording): Promise<{ heard: string; samples: number }> => {
    const audio = await decodeWithFfmpeg(recording.path);
    const isLong = audio.length > WINDOW_SECONDS * SAMPLE_RATE_HZ;
    const result = await recognize(audio, {
      language: recording.language,
      task: 'transcribe',
      return_timestamps: true,
      ...(isLong ? { chunk_length_s: WINDOW_SECONDS } : {}),
    });
    return { heard: v.parse(ResultSchema, result).text, samples: audio.length };
  };

  return {
    async transcribe(recording, spellings) {
      const startMs = performance.now();
      try {
        const { heard, samples } = await hear(recording);
        const elapsedSeconds = (performance.now() - startMs) / 1000;
        const errors = scoreText(recording, heard, spellings);
        return {
          recording,
          heard,
          failure: null,
          errors,
          audioSeconds: samples / SAMPLE_RATE_HZ,
          elapsedSeconds,
        };
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        const errors = scoreText(recording, '', spellings);
        return { recording, heard: '', failure, errors, audioSeconds: recording.seconds, elapsedSeconds: 0 };
      }
    },
    async close() {
      await recognize.dispose();
      await rm(layout, { recursive: true });
    },
  };
}
