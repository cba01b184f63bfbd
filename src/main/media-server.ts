/**
 * Answers app-media://job/<id>: the sound of one job, for the page's player. The address names a job and never a
 * path, and what is served is a file that we wrote ourselves. Electron-free: request in, response out.
 *
 * Surprising: the header of a file that still grows promises too much, so the first 44 bytes are always made anew
 * for the length that there is.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AUDIO_FILE, BYTES_PER_SAMPLE, createWavHeader, WAV_HEADER_BYTES } from '../shared/sound-files.js';
import { parseRange } from './media-range.js';

export const MEDIA_SCHEME = 'app-media';
const MEDIA_HOST = 'job';
const JOB_PATH = /^\/([\w-]{1,64})$/;

/** The job that an address names, or null. Pure. */
export function parseMediaUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isOurs =
    url.protocol === `${MEDIA_SCHEME}:` &&
    url.host === MEDIA_HOST &&
    url.username === '' &&
    url.password === '';
  return isOurs ? (JOB_PATH.exec(url.pathname)?.[1] ?? null) : null;
}

/** @param findFolder of a job; null when there is no such job. */
export async function answerMedia(
  request: Pick<Request, 'url' | 'method' | 'headers'>,
  findFolder: (id: string) => string | null,
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
  }
  const id = parseMediaUrl(request.url);
  const folder = id === null ? null : findFolder(id);
  const path = folder === null ? null : join(folder, AUDIO_FILE);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || found === null || !found.isFile() || found.size < WAV_HEADER_BYTES) {
    return new Response(null, { status: 404 });
  }
  // A crash may have left half a sample.
  const length = found.size - ((found.size - WAV_HEADER_BYTES) % BYTES_PER_SAMPLE);
  return answerBytes(path, length, request);
}

function answerBytes(
  path: string,
  length: number,
  { method, headers }: Pick<Request, 'method' | 'headers'>,
): Response {
  const range = parseRange(headers.get('range'), length);
  const common = {
    'Content-Type': 'audio/wav',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  if (range.kind === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...common, 'Content-Range': `bytes */${length}` } });
  }
  const [start, end] = range.kind === 'whole' ? [0, length - 1] : [range.start, range.end];
  const body = method === 'HEAD' ? null : streamBytes(path, length, start, end);
  const sized = { ...common, 'Content-Length': String(end - start + 1) };
  if (range.kind === 'whole') return new Response(body, { status: 200, headers: sized });
  const contentRange = `bytes ${start}-${end}/${length}`;
  return new Response(body, { status: 206, headers: { ...sized, 'Content-Range': contentRange } });
}

/** Bytes `start` to `end` of the file with a header that is true. */
function streamBytes(path: string, length: number, start: number, end: number): ReadableStream<Uint8Array> {
  async function* read(): AsyncGenerator<Uint8Array> {
    if (start < WAV_HEADER_BYTES) {
      yield createWavHeader(length - WAV_HEADER_BYTES).subarray(start, Math.min(end + 1, WAV_HEADER_BYTES));
    }
    if (end < WAV_HEADER_BYTES) return;
    const file = createReadStream(path, { start: Math.max(start, WAV_HEADER_BYTES), end });
    for await (const chunk of file) yield chunk as Uint8Array;
  }
  return Readable.toWeb(Readable.from(read(), { objectMode: false })) as ReadableStream<Uint8Array>;
}
