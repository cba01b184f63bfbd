/**
 * `tilescribe serve` as a process, with the real engine and real speech, asked by OpenAI's own client and by curl.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { COMMAND, buildCommandLine } from './command-line.js';

const KEY = 'test-key';
const SRT_CUE = /^1\n00:00:00,\d{3} --> 00:00:\d\d,\d{3}\n\S/;

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

async function startServer(args: readonly string[] = []): Promise<Server> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', ...args], {
    env: { ...process.env, TILESCRIBE_API_KEY: KEY },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let told = '';
  for await (const text of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    told += String(text);
    const url = /Listening on (\S+)/.exec(told)?.[1];
    if (url === undefined) continue;
    // Else the pipe fills up and the server waits for ever.
    child.stderr.resume();
    return { child, url, ended };
  }
  throw new Error(`the server did not start: ${told}`);
}

describe('the server', () => {
  let server: Server;
  let client: OpenAI;
  beforeAll(async () => {
    await buildCommandLine();
    server = await startServer();
    client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 });
  });
  afterAll(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  const recording = (): ReturnType<typeof createReadStream> => createReadStream(KENNEDY);

  it("gives OpenAI's client the text", async () => {
    const result = await client.audio.transcriptions.create({ model: 'whisper-1', file: recording() });

    expect(plainWords(result.text)).toBe(KENNEDY_WORDS);
    expect(result.usage).toEqual({ type: 'duration', seconds: 11 });
  });

  it('gives segments and words with their times', async () => {
    const result = await client.audio.transcriptions.create({
      model: 'base',
      file: recording(),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
      language: 'en',
    });

    expect(result.language).toBe('english');
    expect(result.duration).toBeCloseTo(11, 1);
    expect(result.segments?.map(({ id }) => id)).toEqual(result.segments?.map((_segment, index) => index));
    const words = result.words ?? [];
    expect(plainWords(words.map(({ word }) => word).join(' '))).toBe(KENNEDY_WORDS);
    for (const { start, end } of words) expect(end).toBeGreaterThanOrEqual(start);
    expect(words.at(-1)?.end).toBeGreaterThan(9);
  });

  it('streams the text in deltas that make up the whole', async () => {
    const stream = await client.audio.transcriptions.create({
      model: 'whisper-1',
      file: recording(),
      stream: true,
    });
    let deltas = '';
    let whole = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') deltas += event.delta;
      if (event.type === 'transcript.text.done') whole = event.text;
    }

    expect(plainWords(whole)).toBe(KENNEDY_WORDS);
    expect(deltas).toBe(whole);
  });

  it('gives text, srt and vtt as they are', async () => {
    const ask = (format: 'text' | 'srt' | 'vtt'): Promise<string> =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: recording(), response_format: format });
    const [text, srt, vtt] = await Promise.all([ask('text'), ask('srt'), ask('vtt')]);

    expect(plainWords(text)).toBe(KENNEDY_WORDS);
    expect(srt).toMatch(SRT_CUE);
    expect(vtt).toMatch(/^WEBVTT\n/);
  });

  it('translates', async () => {
    const result = await client.audio.translations.create({ model: 'whisper-1', file: recording() });

    expect(plainWords(result.text)).toBe(KENNEDY_WORDS);
  });

  it("raises in OpenAI's client what OpenAI would", async () => {
    const file = new File(['no sound at all'], 'letter.txt');
    const failures = await Promise.all(
      [
        client.audio.transcriptions.create({ model: 'whisper-1', file }),
        client.audio.transcriptions.create({ model: 'gpt-9', file: recording() }),
        new OpenAI({ apiKey: 'wrong', baseURL: `${server.url}/v1`, maxRetries: 0 }).models.list(),
      ].map((asked) =>
        asked.then(
          () => 'answered',
          (thrown: unknown) =>
            thrown instanceof APIError ? `${thrown.name}/${thrown.status}: ${thrown.message}` : thrown,
        ),
      ),
    );

    expect(failures).toEqual([
      expect.stringMatching(/\/400: .*letter\.txt/),
      expect.stringMatching(/\/404: .*gpt-9/),
      expect.stringMatching(/\/401: /),
    ]);
  });

  it('lists models', async () => {
    const names = (await client.models.list()).data.map(({ id }) => id);

    expect(names).toEqual(expect.arrayContaining(['whisper-1', 'base']));
  });

  it('answers curl', async () => {
    const key = ['-H', `Authorization: Bearer ${KEY}`];
    const form = ['-F', `file=@${KENNEDY}`, '-F', 'model=whisper-1', '-F', 'response_format=text'];
    const ask = async (args: readonly string[]): Promise<string> =>
      (await promisify(execFile)('curl', ['-sS', '--fail-with-body', ...args])).stdout;

    const text = await ask([...key, ...form, `${server.url}/v1/audio/transcriptions`]);
    const health = await ask([`${server.url}/healthz`]);
    const metrics = await ask([...key, `${server.url}/metrics`]);

    expect(plainWords(text)).toBe(KENNEDY_WORDS);
    expect(JSON.parse(health)).toMatchObject({ status: 'ok', running: 0, waiting: 0 });
    expect(metrics).toMatch(/^tilescribe_jobs_by_device_total\{device="(cpu|onnx)"\} \d+$/m);
    expect(metrics).toMatch(/^tilescribe_real_time_factor_count [1-9]/m);
    expect(metrics).toMatch(/^tilescribe_jobs_running 0$/m);
    for (const line of metrics.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{.*\})? [-+.e0-9]+$)/);
    }
  });
});

describe('SIGTERM', () => {
  it('lets a request under way end and then ends with 0', async () => {
    const server = await startServer();
    const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 });
    const stream = await client.audio.transcriptions.create({
      model: 'whisper-1',
      file: createReadStream(KENNEDY),
      stream: true,
    });
    server.child.kill('SIGTERM');
    let whole = '';
    for await (const event of stream) if (event.type === 'transcript.text.done') whole = event.text;

    expect(plainWords(whole)).toBe(KENNEDY_WORDS);
    expect(await server.ended).toBe(0);
  });
});
