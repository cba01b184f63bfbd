/** One configuration, opened: our engine or a peer that hears one item after the other. */
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createEngine } from '../../../src/engine/engine.js';
import type { EngineConfig } from '../../../src/engine/engine.js';
import { createTerminalReporter } from '../../../src/setup/progress.mjs';
import type { EngineEvent } from '../../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { samplesToSeconds } from '../../../src/shared/time.js';
import { transcriptText } from '../../../src/shared/transcript.js';
import type { Segment } from '../../../src/shared/transcript.js';
import { decodeWithFfmpeg } from '../../bench/ffmpeg-pcm.js';
import { ensureWhisperCpp } from '../../bench/peer-files.js';
import { openWhisperCppFiles } from '../../bench/whisper-cpp.js';
import { openPeer } from '../peer.js';
import type { Configuration } from './configurations.js';
import type { Heard } from './result-store.js';
import { writeWav } from './sounds.js';
import type { Item } from './sounds.js';

export type Hearing = Omit<Heard, 'key' | 'name' | 'processorSeconds'>;

export interface Subject {
  /** Throws an Error when the recording cannot be heard. */
  hear(item: Item): Promise<Hearing>;
  close(): Promise<void>;
}

export interface SubjectSetting {
  readonly folders: EngineConfig;
  /** For sound that a peer wants as WAV. */
  readonly audioFolder: string;
}

/** Why it cannot be opened on this machine without installing something, or null. */
export function findObstacle(configuration: Configuration, { folders }: SubjectSetting): string | null {
  const model = configuration.kind === 'own' ? configuration.options.model : 'base';
  if (existsSync(join(folders.modelsFolder, model))) return null;
  return `the model ${model} is not installed`;
}

/** Throws an Error when it cannot be opened. */
export async function openSubject(configuration: Configuration, setting: SubjectSetting): Promise<Subject> {
  switch (configuration.kind) {
    case 'own':
      return openOwn(configuration, setting);
    case 'transformers.js':
      return await openTransformers(setting);
    case 'whisper.cpp':
      return await openWhisperCpp(setting);
  }
}

type Own = Extract<Configuration, { kind: 'own' }>;

function openOwn({ options, guardsLeftOut }: Own, { folders }: SubjectSetting): Subject {
  const engine = createEngine(folders);
  return {
    async hear({ recording }) {
      const events: EngineEvent[] = [];
      await engine.transcribe(
        {
          jobId: recording.file,
          source: { kind: 'file', path: recording.path },
          options: { ...DEFAULT_OPTIONS, ...options, language: recording.language },
          guardsLeftOut,
        },
        (event) => {
          if (event.kind !== 'token') events.push(event);
        },
        new AbortController().signal,
      );
      return readEvents(events);
    },
    close: () => engine.close(),
  };
}

/** Throws an Error unless the job was done. */
export function readEvents(events: readonly EngineEvent[]): Hearing {
  const last = events.at(-1);
  if (last?.kind === 'failed') throw new Error(last.failure.message);
  if (last?.kind !== 'done') throw new Error('the engine ended without a result');
  const segments = events.flatMap((event) => (event.kind === 'commit' ? event.segments : []));
  return {
    text: transcriptText(segments),
    audioSeconds: samplesToSeconds(last.stats.audio),
    segments: segments.map(keepTimes),
    retries: events.flatMap((event) =>
      event.kind === 'attempt' && event.retryReason !== null ? [event.retryReason] : [],
    ),
  };
}

function keepTimes({ start, end, text, words }: Segment): Hearing['segments'][number] {
  return { start, end, text, ...(words === undefined ? {} : { words }) };
}

async function openTransformers({ folders }: SubjectSetting): Promise<Subject> {
  const peer = await openPeer(join(folders.modelsFolder, 'base'));
  return {
    async hear({ recording }) {
      // Scored later, with all others: no spellings are needed here.
      const score = await peer.transcribe(recording, new Map());
      if (score.failure !== null) throw new Error(score.failure);
      const { heard: text, audioSeconds } = score;
      return { text, audioSeconds, segments: [], retries: [] };
    },
    close: () => peer.close(),
  };
}

/** It blocks this thread while it hears: that is why nobody waits for a signal here, and Ctrl-C ends the process. */
async function openWhisperCpp({ folders, audioFolder }: SubjectSetting): Promise<Subject> {
  const root = dirname(folders.resourcesFolder);
  const engine = openWhisperCppFiles(
    {
      ...folders,
      engine: 'whisper.cpp-q8',
      role: 'files',
      threads: availableParallelism(),
      batchSize: 1,
      whisperCppFolder: await ensureWhisperCpp(root, createTerminalReporter()),
    },
    { model: 'q8', beamSize: 1 },
  );
  return {
    async hear({ recording, key }) {
      const path = await ensureWav(recording.path, join(audioFolder, `${key.slice(0, 16)}.wav`), audioFolder);
      await engine.load([path]);
      const [text = ''] = await engine.transcribe([path], () => undefined);
      return { text, audioSeconds: recording.seconds, segments: [], retries: [] };
    },
    close: () => engine.close(),
  };
}

/** What was made for the report is a WAV file of that kind already. */
async function ensureWav(path: string, wavPath: string, audioFolder: string): Promise<string> {
  if (dirname(path) === audioFolder) return path;
  if (!existsSync(wavPath)) await writeWav(wavPath, toInt16(await decodeWithFfmpeg(path)));
  return wavPath;
}

/** @param bytes little-endian, as ffmpeg's s16le. */
export function toInt16(bytes: Buffer): Int16Array {
  return new Int16Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 1);
}
