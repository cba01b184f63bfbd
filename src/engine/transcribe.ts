/**
 * One job from sound to segments. Sound flows through a sliding window, so memory does not grow with the
 * length of the file. The windows come in one of two orders:
 *
 * sequential, as openai/whisper: each window has the text before it as its prompt and begins where the last
 * finished segment ended;
 * batched: the sound is cut at quiet places into chunks of at most 30 s, which know nothing of each other
 * and are decoded side by side, so that one reading of the weights serves all.
 *
 * Where a voice detector listens, stretches without speech are jumped over, and no window reaches into one.
 */
import { AppError } from '../shared/errors.js';
import type { Checkpoint, JobEvent, JobStats } from '../shared/events.js';
import type { LanguageCode } from '../shared/languages.js';
import { namedLanguage } from '../shared/options.js';
import type { TranscribeOptions } from '../shared/options.js';
import { toSamples } from '../shared/time.js';
import type { AudioStream } from './audio/audio.js';
import { recordSound } from './audio/sound-recorder.js';
import type { SoundFolder } from './audio/sound-recorder.js';
import type { AlignmentHead } from './backend/backend.js';
import type { JobBackend } from './backend/step-batcher.js';
import type { Guards } from './decoding/guards.js';
import { findNext } from './decoding/next-window.js';
import { Turn } from './decoding/turn.js';
import { WindowDecoder } from './decoding/window-decoder.js';
import type { WindowOutcome } from './decoding/window-decoder.js';
import { endAt, HeardSound, SHORTEST_WINDOW } from './heard-sound.js';
import type { Chunk } from './heard-sound.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from './mel/log-mel.js';
import type { Tokenizer } from './model/tokenizer.js';
import { RunMeter } from './run-meter.js';
import type { VoiceModel } from './voice/voice-model.js';
import { CAUTIOUS, STRICT } from './voice/spans.js';
import { VoiceActivity } from './voice/voice-activity.js';

export interface JobInput {
  readonly audio: AudioStream;
  readonly backend: JobBackend;
  readonly tokenizer: Tokenizer;
  /** null: everything is heard. */
  readonly voiceModel: VoiceModel | null;
  readonly options: TranscribeOptions;
  /** Where an earlier run of the job stopped; null: at the beginning. */
  readonly resume: Checkpoint | null;
  /** Where the sound of a whole file is kept; null: nowhere. */
  readonly sound: SoundFolder | null;
  /** See WindowDecoderInput. */
  readonly alignmentHeads: readonly AlignmentHead[] | null;
  readonly emit: (event: JobEvent) => void;
  readonly signal: AbortSignal;
  /** performance.now() when the job began, before the model was loaded. */
  readonly beganMs: number;
  /** process.cpuUsage() then. */
  readonly cpuBegan: NodeJS.CpuUsage;
  readonly loadMs: number;
  /** Jobs that share the backend now, this one included. */
  readonly jobsAtOnce: () => number;
  /** See WindowDecoderInput. */
  readonly candidates?: number;
  /** All when left out. */
  readonly guards?: Guards;
}

/**
 * Who speaks after so long without speech (4 s) may speak of something else: the text before is no prompt any more. It
 * drew what follows over in recordings joined with pauses: 11.3 % of the words wrong with it, 10.4 % without.
 */
const LONGEST_MEMORY = 64_000;

/** Runs the job to its end. Throws AppError; what was committed until then has been emitted. */
export async function transcribe(input: JobInput): Promise<JobStats> {
  const { batchSize } = input.options;
  const language = namedLanguage(input.options);
  if (language !== null && input.resume === null) input.emit({ kind: 'language', language, probability: 1 });
  const job = new Transcription(input, new WindowDecoder(input));
  await job.begin();
  await (batchSize > 1 ? job.runBatched(batchSize) : job.runSequential());
  return await job.finish();
}

/** What the next window begins with; see Checkpoint. */
interface Place {
  readonly start: number;
  readonly offset: number;
  readonly previous: readonly number[];
  readonly language: LanguageCode | null;
}

type CommittedText = Pick<WindowOutcome, 'segments' | 'skipped' | 'isSilent'>;
const NO_TEXT: CommittedText = { segments: [], skipped: [], isSilent: true };

class Transcription {
  readonly #in: JobInput;
  readonly #decoder: WindowDecoder;
  readonly #sound: HeardSound;
  readonly #meter: RunMeter;
  #processed = 0;
  #toldLanguage: LanguageCode | null;
  #segments: number;

  constructor(input: JobInput, decoder: WindowDecoder) {
    this.#in = input;
    this.#toldLanguage = input.resume?.language ?? input.resume?.firstLanguage ?? null;
    this.#segments = input.resume?.segmentCount ?? 0;
    this.#decoder = decoder;
    this.#sound = new HeardSound(chooseBlocks(input), listenForSpeech(input), input.signal);
    this.#meter = new RunMeter(input);
  }

  begin(): Promise<void> {
    return this.#meter.begin();
  }

  async runSequential(): Promise<void> {
    const { resume } = this.#in;
    let start = await this.#findStart();
    let previous = resume?.previous ?? this.#decoder.firstPrevious();
    let language = resume?.language ?? null;
    for (;;) {
      const speech = await this.#sound.skip(start);
      const isGap = speech > start;
      if (speech - start >= LONGEST_MEMORY) previous = this.#decoder.firstPrevious();
      start = speech;
      if (isGap) this.#commit(NO_TEXT, { start, offset: 0, previous, language });
      const available = await this.#sound.listen(start);
      if (available < SHORTEST_WINDOW) return;
      const length = this.#sound.hearUntil(start, start + available) - start;
      if (length < SHORTEST_WINDOW) {
        start += length;
        continue;
      }
      const frames = this.#sound.listFrames(start, start + length);
      const outcome = await this.#decoder.decode({
        ...this.#sound.readWindow(start, length),
        ahead: this.#sound.readAhead(start + length),
        previous,
        language,
        frames,
        emit: (event) => {
          this.#tell(event);
        },
      });
      previous = outcome.previous;
      language = outcome.language;
      start = findNext(outcome, { start, end: start + length, frames }, this.#in.guards);
      this.#commit(outcome, { start, offset: 0, previous, language });
      this.#sound.discardBefore(start);
      await this.#meter.measure(() => this.#progress());
    }
  }

  /** Chunks are decoded up to `batchSize` at once and told in order. */
  async runBatched(batchSize: number): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let turn = Turn.first();
    let start = await this.#findStart();
    let { resume } = this.#in;
    try {
      for (;;) {
        const chunk = await this.#sound.takeChunk(start);
        if (chunk === null) break;
        start = chunk.start + chunk.length;
        const mine = turn;
        turn = mine.next();
        const work = this.#decodeChunk(chunk, mine, resume);
        resume = null;
        underWay.add(work);
        const forget = (): void => void underWay.delete(work);
        // A failure is met where `underWay` is awaited.
        work.then(forget, () => undefined);
        // The language of the first chunk with sound is that of all.
        if (this.#decoder.language === null) await work;
        while (underWay.size >= batchSize) await Promise.race(underWay);
      }
      await Promise.all(underWay);
    } finally {
      // After a failure or a cancel the others end at their next token; nothing may run on behind the job.
      await Promise.allSettled(underWay);
    }
  }

  /** Throws AppError `no-sound`. */
  async finish(): Promise<JobStats> {
    if (this.#sound.received === 0) throw noSound();
    await this.#meter.finish(() => this.#progress());
    return this.#stats(Math.max(0, this.#sound.received - (this.#in.options.range?.start ?? 0)));
  }

  /** A chunk may take several windows: what its last finished segment leaves is heard again, as ever. */
  async #decodeChunk(chunk: Chunk, turn: Turn, resume: Checkpoint | null): Promise<void> {
    try {
      let offset: number = resume?.offset ?? 0;
      let previous = resume?.previous ?? this.#decoder.firstPrevious();
      let language = resume === null ? this.#decoder.language : resume.language;
      while (chunk.length - offset >= SHORTEST_WINDOW) {
        const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
        samples.set(chunk.samples.subarray(offset));
        // Beyond the chunk lies sound that is another's.
        samples.fill(0, EDGE_SAMPLES + chunk.length - offset);
        const outcome = await this.#decoder.decode({
          samples,
          start: chunk.start + offset,
          length: chunk.length - offset,
          ahead: this.#sound.readAhead(chunk.start + chunk.length),
          previous,
          language,
          frames: chunk.frames,
          emit: (event) => {
            turn.say(() => {
              this.#tell(event);
            });
          },
        });
        previous = outcome.previous;
        language = outcome.language;
        const stretch = {
          start: chunk.start + offset,
          end: chunk.start + chunk.length,
          frames: chunk.frames,
        };
        const next = findNext(outcome, stretch, this.#in.guards);
        offset = Math.min(next - chunk.start, chunk.length);
        const place = { start: chunk.start, offset, previous, language };
        turn.say(() => {
          this.#commit(outcome, place);
        });
        await this.#meter.measure(() => this.#progress());
      }
      turn.end();
    } catch (thrown) {
      turn.fail();
      throw thrown;
    }
  }

  async #findStart(): Promise<number> {
    const start = this.#in.resume?.start ?? this.#in.options.range?.start ?? 0;
    await this.#sound.passOver(start);
    return start;
  }

  /** A language is told when it changes. */
  #tell(event: JobEvent): void {
    if (event.kind === 'language') {
      if (event.language === this.#toldLanguage) return;
      this.#toldLanguage = event.language;
    }
    this.#in.emit(event);
  }

  #commit({ segments, skipped, isSilent }: CommittedText, place: Place): void {
    const { start, offset, previous, language } = place;
    const processed = toSamples(start + offset);
    const stats = this.#stats(processed);
    this.#processed = processed;
    this.#in.emit({
      kind: 'commit',
      segments: segments.map((segment) => ({ index: this.#segments++, ...segment })),
      ...(skipped.length === 0 ? {} : { skipped: [...skipped] }),
      processed,
      elapsedMs: stats.totalMs,
      isSilent,
      checkpoint: {
        start: toSamples(start),
        offset: toSamples(offset),
        previous: [...previous],
        language,
        firstLanguage: this.#decoder.language,
        segmentCount: this.#segments,
        stats,
      },
    });
  }

  #progress() {
    const began = this.#in.resume?.start ?? this.#in.options.range?.start ?? 0;
    return { ...this.#decoder.stats(), audioMs: this.#sound.waitedMs, began, processed: this.#processed };
  }

  /** Of this run and those before it. */
  #stats(audio: number): JobStats {
    const own: JobStats = {
      ...this.#decoder.stats(),
      audio: toSamples(audio),
      totalMs: performance.now() - this.#in.beganMs,
      loadMs: this.#in.loadMs,
      audioMs: this.#sound.waitedMs,
      ...this.#in.backend.spent(),
    };
    return this.#in.resume === null ? own : addStats(this.#in.resume.stats, own);
  }
}

function chooseBlocks({ audio, options, sound }: JobInput): AsyncIterable<Float32Array> {
  if (options.range !== null) return endAt(audio.blocks, options.range.end);
  return sound === null ? audio.blocks : recordSound(audio.blocks, sound);
}

function listenForSpeech({ voiceModel, options, emit }: JobInput): VoiceActivity | null {
  // What was asked for by its place is heard whatever it holds.
  if (voiceModel === null || options.vad === 'off' || options.range !== null) return null;
  return new VoiceActivity(voiceModel, options.vad === 'strict' ? STRICT : CAUTIOUS, (span) => {
    emit({ kind: 'span', span });
  });
}

function noSound(): AppError {
  return new AppError(
    'no-sound',
    'The file has a sound track, but there is no sound in it: not one sample.',
    'Check that the recording plays in a media player, and export or record it again.',
  );
}

function addStats(before: JobStats, own: JobStats): JobStats {
  return {
    audio: own.audio,
    totalMs: before.totalMs + own.totalMs,
    loadMs: before.loadMs + own.loadMs,
    audioMs: before.audioMs + own.audioMs,
    melMs: before.melMs + own.melMs,
    encodeMs: before.encodeMs + own.encodeMs,
    decodeMs: before.decodeMs + own.decodeMs,
    firstTokenMs: before.firstTokenMs ?? own.firstTokenMs,
    windows: before.windows + own.windows,
    tokens: before.tokens + own.tokens,
    retries: before.retries + own.retries,
  };
}
