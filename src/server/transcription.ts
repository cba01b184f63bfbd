/**
 * One request for a transcription, from its form to its answer: receives the recording, runs the job, replies
 * whole or as a stream. Ends early when the client goes away, the time is over or the server stops; whatever
 * happens, the recording is removed and the place given back by the caller.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { Engine } from '../engine/engine.js';
import { AppError } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { namedLanguage } from '../shared/options.js';
import { toSamples } from '../shared/time.js';
import type { Segment, Task, Transcript } from '../shared/transcript.js';
import type { Place } from './admission.js';
import { ApiError, toApiError } from './api-error.js';
import type { ServerConfig } from './config.js';
import { readOrder } from './form.js';
import type { Order } from './form.js';
import type { Metrics } from './metrics.js';
import { plainText, usageOf, writeReply } from './reply.js';
import { receiveUpload } from './upload.js';
import type { Upload } from './upload.js';

export interface TranscriptionContext {
  readonly engine: Engine;
  readonly config: ServerConfig;
  readonly modelIds: readonly string[];
  readonly metrics: Metrics;
  readonly place: Place;
  /** Aborted, with an ApiError, when the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/**
 * Gives what finishes the answer, to be called once the place is given back: whoever has the answer finds the
 * server without the request. Throws ApiError as long as nothing was answered.
 */
export async function answerTranscription(
  request: IncomingMessage,
  response: ServerResponse,
  task: Task,
  context: TranscriptionContext,
): Promise<() => void> {
  const { config, modelIds, signal } = context;
  const upload = await receiveUpload(request, config.maxFileBytes, signal);
  try {
    const order = readOrder(upload.fields, task, config, modelIds);
    return await (order.isStream ? answerStream : answerWhole)(response, upload, order, context);
  } finally {
    await upload.dispose();
  }
}

async function answerWhole(
  response: ServerResponse,
  upload: Upload,
  order: Order,
  context: TranscriptionContext,
): Promise<() => void> {
  const transcript = await runJob(upload, order, context, () => undefined);
  const { contentType, body } = writeReply(transcript, order.format, order.granularities);
  return () => {
    response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  };
}

/**
 * Server-sent events, named and shaped as OpenAI's. A delta is the text of a window that is final: what is
 * still being decoded may be taken back, and this protocol knows no taking back. A failure after the
 * first event is an event of its own, because the status has been sent.
 */
async function answerStream(
  response: ServerResponse,
  upload: Upload,
  order: Order,
  context: TranscriptionContext,
): Promise<() => void> {
  let hasText = false;
  const open = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold the events back.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  };
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const take = (event: EngineEvent): void => {
    if (event.kind === 'opened') open();
    if (event.kind !== 'commit') return;
    for (const { text } of event.segments) {
      const delta = hasText ? text : text.trimStart();
      if (delta === '') continue;
      hasText = true;
      send('transcript.text.delta', { type: 'transcript.text.delta', delta });
    }
  };
  try {
    const transcript = await runJob(upload, order, context, take);
    open();
    send('transcript.text.done', {
      type: 'transcript.text.done',
      text: plainText(transcript),
      usage: usageOf(transcript),
    });
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    send('error', { type: 'error', ...toApiError(thrown).body });
  }
  return () => {
    response.end();
  };
}

/** Throws ApiError when there is no transcript. */
async function runJob(
  upload: Upload,
  { options }: Order,
  { engine, metrics, place, signal }: TranscriptionContext,
  take: (event: EngineEvent) => void,
): Promise<Transcript> {
  const segments: Segment[] = [];
  let language: Transcript['language'] = namedLanguage(options);
  let end: EngineEvent | null = null;
  const listen = (event: EngineEvent): void => {
    metrics.observeEvent(event, event.kind === 'opened' ? place.begin() : 0);
    if (event.kind === 'language') language ??= event.language;
    if (event.kind === 'commit') segments.push(...event.segments);
    if (event.kind === 'done' || event.kind === 'failed' || event.kind === 'cancelled') end = event;
    take(event);
  };
  const source = { kind: 'file', path: upload.path } as const;
  await engine.transcribe({ jobId: randomUUID(), source, options }, listen, signal);
  return toTranscript(end, { segments, language, upload, options }, signal);
}

interface Parts {
  readonly segments: Segment[];
  readonly language: Transcript['language'];
  readonly upload: Upload;
  readonly options: Order['options'];
}

function toTranscript(end: EngineEvent | null, parts: Parts, signal: AbortSignal): Transcript {
  const { upload, options, segments, language } = parts;
  if (end?.kind === 'done') {
    const { model, task } = options;
    const duration = toSamples(end.stats.audio);
    return { fileName: upload.fileName, model, task, language, duration, segments };
  }
  if (end?.kind === 'failed') {
    const { code, message, remedy } = end.failure;
    throw toApiError(new AppError(code, message, remedy), (text) => useClientsName(text, upload));
  }
  throw signal.reason instanceof ApiError
    ? signal.reason
    : new ApiError(500, 'The transcription was stopped.');
}

function useClientsName(text: string, { path, fileName }: Upload): string {
  return text.replaceAll(path, fileName).replaceAll(basename(path), fileName);
}
