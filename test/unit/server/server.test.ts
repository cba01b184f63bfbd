/** The server with an engine that does what a test says: who may come in, limits, disconnects, the end. */
import { readdirSync } from 'node:fs';
import { request as openRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { DEFAULT_CONFIG } from '../../../src/server/config.js';
import type { ServerConfig } from '../../../src/server/config.js';
import { startServer } from '../../../src/server/server.js';
import type { RunningServer } from '../../../src/server/server.js';
import { MADE_STATS } from '../made-checkpoint.js';
import { JOBS_AT_ONCE } from '../../../src/shared/job.js';
import { toSamples } from '../../../src/shared/time.js';

type Transcribe = Engine['transcribe'];

let server: RunningServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function start(transcribe: Transcribe, config: Partial<ServerConfig> = {}): Promise<string> {
  server = await startServer({
    engine: { transcribe, close: () => Promise.resolve() },
    config: { ...DEFAULT_CONFIG, port: 0, graceMs: 50, ...config },
    version: '1.2.3',
    listModels: () => Promise.resolve(['base']),
    note: () => undefined,
  });
  return server.url;
}

const fails: Transcribe = ({ jobId, source }, emit) => {
  const name = source.kind === 'file' ? String(source.path) : source.name;
  const failure = { code: 'not-audio', message: `${name} is no recording.`, remedy: 'Send one.' } as const;
  emit({ kind: 'failed', jobId, failure });
  return Promise.resolve();
};

/** Goes on until it is cancelled. */
const waits: Transcribe = ({ jobId }, emit, signal) =>
  new Promise((resolve) => {
    emit({ kind: 'opened', jobId, duration: null, format: 'WAV', backend: 'none' });
    const stop = (): void => {
      emit({ kind: 'cancelled', jobId });
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

function form(bytes = 10, name = 'talk.wav'): FormData {
  const data = new FormData();
  data.append('model', 'whisper-1');
  data.append('file', new Blob([new Uint8Array(bytes)]), name);
  return data;
}

function post(url: string, body: FormData = form(), init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', body, ...init });
}

async function errorOf(response: Response): Promise<unknown> {
  const body = (await response.json()) as { error: unknown };
  return body.error;
}

function listUploads(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('tilescribe-upload-'));
}

async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error('it did not come about in 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function running(url: string): Promise<number> {
  const health = (await (await fetch(`${url}/healthz`)).json()) as { running: number };
  return health.running;
}

test('a recording that is none is the fault of the sender, under the name the sender gave it', async () => {
  const url = await start(fails);

  const response = await post(url, form(10, 'my talk.mp3'));

  expect(response.status).toBe(400);
  expect(await errorOf(response)).toEqual({
    message: 'my talk.mp3 is no recording. Send one.',
    type: 'invalid_request_error',
    param: 'file',
    code: 'not_audio',
  });
});

test('a file over the limit is 413, and nothing of it stays', async () => {
  const url = await start(fails, { maxFileBytes: 1000 });
  const before = listUploads();

  const response = await post(url, form(1001));

  expect(response.status).toBe(413);
  expect(listUploads()).toEqual(before);
  expect((await post(url, form(1000))).status).toBe(400);
});

test.each([
  ['no file', new FormData(), 400],
  [
    'a file under another name',
    ((data) => (data.append('audio', new Blob(['x']), 'a'), data))(new FormData()),
    400,
  ],
])('%s is refused in words', async (_what, body, status) => {
  body.append('model', 'whisper-1');
  const response = await post(await start(fails), body);

  expect(response.status).toBe(status);
  expect(await errorOf(response)).toMatchObject({ type: 'invalid_request_error' });
});

test('what is no form is 415, and a torn one 400', async () => {
  const url = await start(fails);
  const send = (type: string, body: string): Promise<Response> =>
    fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', headers: { 'Content-Type': type }, body });

  expect((await send('application/json', '{}')).status).toBe(415);
  expect((await send('multipart/form-data', 'x')).status).toBe(400);
  expect((await send('multipart/form-data; boundary=b', '--b\r\nnothing')).status).toBe(400);
});

test('one more than there are places is 429 with a time to try again, before its recording is read', async () => {
  const url = await start(waits, { queueLimit: 0 });
  const abort = new AbortController();
  const inside = Array.from({ length: JOBS_AT_ONCE }, () => post(url, form(), { signal: abort.signal }));
  await waitUntil(async () => (await running(url)) === JOBS_AT_ONCE);

  const response = await post(url, form(5_000_000));

  expect(response.status).toBe(429);
  expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(await errorOf(response)).toMatchObject({ type: 'rate_limit_error', code: 'queue_full' });
  abort.abort();
  await Promise.allSettled(inside);
});

test('a client that goes away stops its job, and its place and its recording are gone', async () => {
  const url = await start(waits);
  const before = listUploads();
  const abort = new AbortController();
  const sent = post(url, form(), { signal: abort.signal });
  await waitUntil(async () => (await running(url)) === 1);
  expect(listUploads()).toHaveLength(before.length + 1);

  abort.abort();

  await expect(sent).rejects.toThrow();
  await waitUntil(async () => (await running(url)) === 0);
  await waitUntil(() => listUploads().length === before.length);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'tilescribe_jobs_total{outcome="cancelled"} 1',
  );
});

test('a client that goes away in the middle of its upload leaves nothing', async () => {
  const url = await start(fails);
  const before = listUploads();
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': '1000000' };
  const request = openRequest(`${url}/v1/audio/transcriptions`, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nsound');
  await waitUntil(() => listUploads().length === before.length + 1);

  request.destroy();

  await waitUntil(() => listUploads().length === before.length);
});

test('what takes too long is stopped and says so', async () => {
  const response = await post(await start(waits, { timeLimitMs: 100 }));

  expect(response.status).toBe(503);
  expect(await errorOf(response)).toMatchObject({ code: 'timeout', type: 'server_error' });
});

test('with a key only who sends it comes in, but for the question whether it is alive', async () => {
  const url = await start(fails, { apiKey: 'secret' });
  const models = (key: string | null): Promise<Response> =>
    fetch(`${url}/v1/models`, { headers: key === null ? {} : { Authorization: `Bearer ${key}` } });

  expect((await models(null)).status).toBe(401);
  expect((await models('secre')).status).toBe(401);
  expect((await models('secret')).status).toBe(200);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('web pages are refused, under the own name or another', async () => {
  const url = await start(fails);
  const fromPage = await post(url, form(), { headers: { Origin: 'https://evil.example' } });
  const rebound = await new Promise<number | undefined>((resolve) => {
    const { port } = new URL(url);
    openRequest({ port, path: '/v1/models', headers: { Host: `evil.example:${port}` } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });

  expect(fromPage.status).toBe(403);
  expect(rebound).toBe(403);
});

test('models are listed and asked for by name', async () => {
  const url = await start(fails);
  const list = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };

  expect(list.data.map(({ id }) => id)).toEqual(['whisper-1', 'base']);
  expect((await fetch(`${url}/v1/models/base`)).status).toBe(200);
  expect((await fetch(`${url}/v1/models/large`)).status).toBe(404);
  expect((await fetch(`${url}/v1/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/v1/audio/transcriptions`)).status).toBe(405);
});

test('stopping takes no more, and ends what does not end by itself after the time of grace', async () => {
  const url = await start(waits, { graceMs: 100 });
  const sent = post(url);
  await waitUntil(async () => (await running(url)) === 1);

  const closed = server?.close();
  const response = await sent;

  expect(response.status).toBe(503);
  expect(await errorOf(response)).toMatchObject({ message: 'The server is stopping.' });
  await closed;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

/** A job of ten seconds with one window that was decoded three times. */
const works: Transcribe = ({ jobId }, emit) => {
  emit({ kind: 'opened', jobId, duration: null, format: 'WAV', backend: 'native engine', device: 'cpu' });
  const window = { jobId, windowStart: toSamples(0), windowEnd: toSamples(480_000) };
  emit({ kind: 'attempt', ...window, temperature: 0, retryReason: null });
  emit({ kind: 'attempt', ...window, temperature: 0.2, retryReason: 'loop' });
  emit({ kind: 'attempt', ...window, temperature: 0.2, retryReason: 'device-fault' });
  emit({ kind: 'done', jobId, stats: MADE_STATS, warning: null });
  return Promise.resolve();
};

test('the metrics tell requests, queue, waits, speed, device and fallbacks, each with its help', async () => {
  const url = await start(works, { queueLimit: 3 });
  expect((await post(url)).status).toBe(200);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);

  const reply = await fetch(`${url}/metrics`);
  const text = await reply.text();

  expect(reply.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  for (const line of [
    'tilescribe_http_requests_total{endpoint="/v1/audio/transcriptions",status="200"} 1',
    'tilescribe_http_requests_total{endpoint="other",status="404"} 1',
    'tilescribe_jobs_total{outcome="done"} 1',
    'tilescribe_jobs_by_device_total{device="cpu"} 1',
    'tilescribe_fallbacks_total{reason="loop"} 1',
    'tilescribe_fallbacks_total{reason="device-fault"} 1',
    'tilescribe_jobs_running 0',
    'tilescribe_jobs_waiting 0',
    `tilescribe_jobs_limit ${3 + JOBS_AT_ONCE}`,
    'tilescribe_request_duration_seconds_count 1',
    'tilescribe_queue_wait_seconds_count 1',
    'tilescribe_real_time_factor_count 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  const names = new Set(
    [...text.matchAll(/^([a-z_]+?)(?:_bucket|_sum|_count)?(?:\{[^}]*\})? /gm)].map((match) => match[1]),
  );
  for (const name of names)
    expect(text).toMatch(new RegExp(`^# HELP ${name} .+\\n# TYPE ${name} \\w+$`, 'm'));
});
