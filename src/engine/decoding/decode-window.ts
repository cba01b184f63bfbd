/**
 * One window, decoded until it is good enough: temperature 0 first, hotter when the text repeats
 * itself or the model was unsure (openai/whisper transcribe.py, decode_with_fallback). An attempt that runs
 * into a loop is a failed one; its text up to the loop takes part when all attempts fail. So is one that
 * repeats its prompt. An attempt in which the NPU fails is none: it is made again, by the CPU.
 */
import { deflateSync } from 'node:zlib';
import { AppError } from '../../shared/errors.js';
import type { JobEvent, RETRY_REASONS } from '../../shared/events.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { ALL_GUARDS } from './guards.js';
import type { Guards } from './guards.js';
import { buildPrompt, NO_CONTEXT } from './prompt.js';
import type { PromptContext } from './prompt.js';
import { isPromptEcho } from './prompt-echo.js';
import type { Search, SearchRequest, SearchResult } from './search.js';

/** Bytes of text over bytes of zlib above this: the text repeats itself. */
export const COMPRESSION_RATIO_LIMIT = 2.4;
/** An average below this: the model was guessing. */
export const LOG_PROBABILITY_LIMIT = -1;
/** <|nospeech|> above this, and a low average: the window is silent. */
export const NO_SPEECH_LIMIT = 0.6;
const TEMPERATURE_STEP = 0.2;

type RetryReason = (typeof RETRY_REASONS)[number];
/** What may be wrong with a result. */
type Fault = Exclude<RetryReason, 'device-fault'>;
type Attempt = Omit<Extract<JobEvent, { kind: 'attempt' }>, 'kind' | 'windowStart' | 'windowEnd'>;

export interface WindowResult extends SearchResult {
  readonly temperature: number;
  readonly compressionRatio: number;
  readonly attempts: number;
  /** Why even this result is not good enough: every attempt failed. Null when it is good. */
  readonly fault: Fault | null;
  /** The NPU failed at the window, and the CPU decoded it. */
  readonly isFallback: boolean;
}

export interface WindowRequest extends Pick<
  SearchRequest,
  'backend' | 'window' | 'rules' | 'maxTokens' | 'signal'
> {
  readonly search: Search;
  /** From <|startoftranscript|> on. */
  readonly prompt: readonly number[];
  /** What is told before it. */
  readonly context: PromptContext;
  readonly tokenizer: Tokenizer;
  /** Where the ladder starts. */
  readonly temperature: number;
  /** Makes a retry reproducible: same file, same window, same draw. */
  readonly seed: number;
  /** All when left out. */
  readonly guards?: Guards;
  readonly onAttempt: (attempt: Attempt) => void;
  readonly onToken: SearchRequest['onToken'];
}

interface PlannedAttempt {
  readonly temperature: number;
  readonly context: PromptContext;
}

export async function decodeWindow(request: WindowRequest): Promise<WindowResult> {
  const failed: WindowResult[] = [];
  const plan = planAttempts(request);
  for (let next = plan.shift(); next !== undefined; next = plan.shift()) {
    const attempts = failed.length + 1;
    request.onAttempt({ temperature: next.temperature, retryReason: failed.at(-1)?.fault ?? null });
    const { isFallback, found } = await attemptOnAnyDevice(request, next, failed.length);
    const result = { ...found, attempts, isFallback: isFallback || failed.some((other) => other.isFallback) };
    if (result.fault === null) return result;
    failed.push(result);
    if (result.fault !== 'prompt-echo') continue;
    // What is copied from a prompt says nothing about the sound: once more without one, no hotter.
    const rest = [next, ...plan.splice(0)];
    plan.push(...rest.map(({ temperature }) => ({ temperature, context: NO_CONTEXT })));
  }
  const isFallback = failed.some((result) => result.isFallback);
  return { ...chooseLeastBad(failed), attempts: failed.length, isFallback };
}

/** Hotter from one to the next; the last retry hears the window afresh, without a prompt. */
function planAttempts({ temperature, context }: WindowRequest): PlannedAttempt[] {
  return listTemperatures(temperature).map((hotter, index, all) => {
    const isLastRetry = index > 0 && index + 1 === all.length;
    return { temperature: hotter, context: isLastRetry ? NO_CONTEXT : context };
  });
}

/** A window is the CPU's from the first fault on (native/whisper/session.h), so the second time is the last. */
async function attemptOnAnyDevice(
  request: WindowRequest,
  planned: PlannedAttempt,
  index: number,
): Promise<{ readonly isFallback: boolean; readonly found: Awaited<ReturnType<typeof attempt>> }> {
  try {
    return { isFallback: false, found: await attempt(request, planned, index) };
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.code === 'device-fault')) throw thrown;
    request.onAttempt({ temperature: planned.temperature, retryReason: 'device-fault' });
    return { isFallback: true, found: await attempt(request, planned, index) };
  }
}

async function attempt(
  request: WindowRequest,
  { temperature, context }: PlannedAttempt,
  index: number,
): Promise<Omit<WindowResult, 'attempts' | 'isFallback'>> {
  const { tokenizer, guards = ALL_GUARDS } = request;
  const { special } = tokenizer;
  const prompt = buildPrompt(context, request.prompt, special.startOfPrevious);
  const found = await request.search({
    ...request,
    prompt,
    noSpeechProbe: { position: prompt.length - request.prompt.length, token: special.noSpeech },
    endOfText: special.endOfText,
    // A search looks for loops below it alone.
    timestampBegin: guards.has('loop') ? special.timestampBegin : 0,
    temperature,
    random: createRandom(request.seed + index),
  });
  const text = tokenizer.decode(found.tokens).trim();
  const result = { ...found, temperature, compressionRatio: compressionRatioOf(text) };
  const fault = findFault(result, guards);
  if (fault !== null || isSilentResult(result, guards) || !guards.has('prompt-echo')) {
    return { ...result, fault };
  }
  const texts = { hints: tokenizer.decode(context.hints), previous: tokenizer.decode(context.previous) };
  return { ...result, fault: isPromptEcho(text, texts) ? 'prompt-echo' : null };
}

/**
 * openai/whisper keeps the last attempt, the hottest and wildest. Better the one that the model believed
 * in most, as faster-whisper does: of those that do not repeat themselves, if there is one. Never one that
 * repeats its prompt: after it there was another, without prompt.
 */
function chooseLeastBad(results: readonly WindowResult[]): WindowResult {
  const heard = results.filter(({ fault }) => fault !== 'prompt-echo');
  const calm = heard.filter(({ compressionRatio }) => compressionRatio <= COMPRESSION_RATIO_LIMIT);
  return (calm.length > 0 ? calm : heard).reduce((best, result) =>
    result.averageLogProbability > best.averageLogProbability ? result : best,
  );
}

/** From the first to 1 in steps of 0.2, without the rounding of repeated addition. */
export function listTemperatures(first: number): number[] {
  const count = Math.floor((1 - first) / TEMPERATURE_STEP + 1e-9) + 1;
  return Array.from({ length: count }, (_, step) => Number((first + step * TEMPERATURE_STEP).toFixed(6)));
}

/** UTF-8 bytes over bytes after zlib, as Python's zlib.compress at its default level. */
export function compressionRatioOf(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length / deflateSync(bytes).length;
}

/** Why the result is not good enough, or null. Silence is good enough: it will be dropped. */
export function findFault(
  result: Pick<WindowResult, 'isLoop' | 'compressionRatio' | 'averageLogProbability' | 'noSpeechProbability'>,
  guards = ALL_GUARDS,
): Fault | null {
  const isUnsure = result.averageLogProbability < LOG_PROBABILITY_LIMIT;
  const maySkip = guards.has('no-speech') && result.noSpeechProbability > NO_SPEECH_LIMIT;
  if (isUnsure && maySkip) return null;
  if (result.isLoop) return 'loop';
  const isRepetitive = result.compressionRatio > COMPRESSION_RATIO_LIMIT;
  if (isRepetitive && guards.has('compression')) return 'compression-ratio';
  return isUnsure && guards.has('log-probability') ? 'log-probability' : null;
}

/** True when the window is to be skipped as holding no speech. */
export function isSilentResult(
  result: Pick<SearchResult, 'averageLogProbability' | 'noSpeechProbability'>,
  guards = ALL_GUARDS,
): boolean {
  return (
    guards.has('no-speech') &&
    result.noSpeechProbability > NO_SPEECH_LIMIT &&
    result.averageLogProbability <= LOG_PROBABILITY_LIMIT
  );
}

/** mulberry32 (T. Ettinger, public domain): small, seeded, good enough to draw tokens. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
