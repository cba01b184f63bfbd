/** A download that goes on: against a server on this machine that breaks, stalls, lies, and changes its mind. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/models/catalog.mjs';
import { fetchModel, type FetchOptions, type FetchProgress } from '../../../src/models/fetch.mjs';
import { countPartialBytes } from '../../../src/models/partial-file.mjs';
import { checkModel, removeModel } from '../../../src/models/store.mjs';
import { CONTENTS, describeModel, makeFolder, startHub } from './fake-model.js';
import type { Answer } from './fake-model.js';

const ENCODER = 'onnx/encoder.onnx';
const TEXT = CONTENTS[ENCODER] ?? '';
const TAG = '"version-1"';
/** Two more tries, at once. */
const PATIENT = { connectMs: 2_000, stallMs: 200, retryMs: [1, 1] };
const IMPATIENT = { ...PATIENT, retryMs: [] };

interface Asked {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

function describeRequest(request: IncomingMessage): Asked {
  const { range, 'if-range': ifRange } = request.headers;
  return { range, ifRange: ifRange as string | undefined };
}

/** As a web server does it: the rest with 206, or the whole with 200 when If-Range names another version. */
function sendRange(response: ServerResponse, text: string, request: IncomingMessage, tag = TAG): void {
  const { range, ifRange } = describeRequest(request);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? NaN);
  if (Number.isNaN(from) || (ifRange !== undefined && ifRange !== tag)) {
    response.writeHead(200, { 'content-length': text.length, etag: tag }).end(text);
    return;
  }
  response
    .writeHead(206, {
      'content-length': text.length - from,
      'content-range': `bytes ${from}-${text.length - 1}/${text.length}`,
      etag: tag,
    })
    .end(text.slice(from));
}

/** The first answer for the first request, and so on; the last for all that follow. */
function inTurn(...answers: readonly Answer[]): { readonly answer: Answer; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    answer: (response, text, request) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(describeRequest(request));
      answer?.(response, text, request);
    },
  };
}

/** Connections to break once the client has so many bytes of the file: earlier, bytes on their way would be lost too. */
const toBreak: { readonly atBytes: number; readonly response: ServerResponse }[] = [];

function breakWhatIsThere(receivedBytes: number): void {
  const due = toBreak.filter(({ atBytes }) => receivedBytes >= atBytes);
  for (const one of due) {
    toBreak.splice(toBreak.indexOf(one), 1);
    one.response.destroy();
  }
}

/** So much of it, then the connection is gone. */
function breakAfter(bytes: number): Answer {
  return (response, text) => {
    toBreak.push({ atBytes: bytes, response });
    response.writeHead(200, { 'content-length': text.length, etag: TAG });
    response.write(text.slice(0, bytes));
  };
}

/** So much of it, then nothing more, with the connection open. */
function stallAfter(bytes: number): Answer {
  return (response, text) => {
    response.writeHead(200, { 'content-length': text.length, etag: TAG });
    response.write(text.slice(0, bytes));
  };
}

async function setUp(...answers: readonly Answer[]) {
  const folder = await makeFolder();
  const { answer, asked } = inTurn(...answers);
  const hub = await startHub({ [ENCODER]: answer });
  const model = describeModel([{ kind: 'hub', url: hub.url }]);
  const fetch = (options: FetchOptions = {}): Promise<void> =>
    fetchModel(model, folder, {
      timeouts: PATIENT,
      ...options,
      onProgress: (progress) => {
        options.onProgress?.(progress);
        breakWhatIsThere(progress.receivedBytes);
      },
    });
  return { folder, own: join(folder, 'fake'), model, asked, fetch };
}

/** Ends with so many bytes of the encoder on the disk, as a broken connection leaves them. */
async function leavePart(folder: string, model: Model, bytes: number): Promise<void> {
  const hub = await startHub({ [ENCODER]: breakAfter(bytes) });
  const broken = { ...model, sources: [{ kind: 'hub', url: hub.url } as const] };
  const fetching = fetchModel(broken, folder, {
    timeouts: IMPATIENT,
    onProgress: ({ receivedBytes }) => {
      breakWhatIsThere(receivedBytes);
    },
  });
  await expect(fetching).rejects.toThrow();
  expect(await countPartialBytes(join(folder, 'fake'), model.files)).toBe(bytes);
}

function partPath(own: string, model: Model): string {
  return join(own, '.partial', `${model.files[0]?.sha256 ?? ''}.part`);
}

describe('within one download', () => {
  test.each([
    ['breaks', breakAfter(30_000), 'terminated|closed|ECONNRESET|aborted'],
    ['stands still', stallAfter(30_000), 'stood still within 0.2 s'],
  ])('a transfer that %s is gone on with where it is, and that is told', async (_name, first, cause) => {
    const { folder, model, asked, fetch } = await setUp(first, sendRange);
    const notes: string[] = [];

    await fetch({ onNote: (note) => notes.push(note) });

    expect(asked).toEqual([
      { range: undefined, ifRange: undefined },
      { range: 'bytes=30000-', ifRange: TAG },
    ]);
    expect(await checkModel(model, folder)).toEqual({ state: 'ready', problems: [] });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(new RegExp(`(${cause}).*trying again`));
  });

  test('the progress never goes back while a broken transfer goes on', async () => {
    const { fetch } = await setUp(breakAfter(30_000), sendRange);
    const received: number[] = [];

    await fetch({ onProgress: ({ receivedBytes }: FetchProgress) => received.push(receivedBytes) });

    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(received.at(-1)).toBe(160_013);
  });

  test('one that breaks again and again without bringing anything ends, and keeps what came', async () => {
    const cut: Answer = (response) => response.destroy();
    const { own, model, asked, fetch } = await setUp(breakAfter(30_000), cut);

    await expect(fetch()).rejects.toMatchObject({
      code: 'model-fetch-failed',
      message: expect.stringContaining('What arrived is kept') as string,
    });

    expect(asked).toHaveLength(3);
    expect(await countPartialBytes(own, model.files)).toBe(30_000);
  });

  test('one that breaks every 20 kB ends well, because each try brings something', async () => {
    const some: Answer = (response, text, request) => {
      const from = Number(/(\d+)-/.exec(request.headers.range ?? '0-')?.[1]);
      const range = `bytes ${from}-${text.length - 1}/${text.length}`;
      toBreak.push({ atBytes: Math.min(from + 20_000, text.length), response });
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': text.length - from,
        'content-range': range,
      });
      response.write(text.slice(from, from + 20_000));
    };
    const { folder, model, asked, fetch } = await setUp(some);

    await fetch({ timeouts: { ...PATIENT, retryMs: [1, 1, 1, 1] } });

    expect(asked).toHaveLength(4);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a server that answers 503 at first is left for the next source at once', async () => {
    const { asked, fetch } = await setUp((response) => response.writeHead(503).end());

    await expect(fetch()).rejects.toThrow('answered 503');

    expect(asked).toHaveLength(1);
  });

  test('one that answers 503 in the middle is asked again', async () => {
    const busy: Answer = (response) => response.writeHead(503).end();
    const { asked, folder, model, fetch } = await setUp(breakAfter(30_000), busy, sendRange);

    await fetch();

    expect(asked).toHaveLength(3);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });
});

describe('after a cancel, a failure or a restart', () => {
  test('the next download asks for the rest alone, and leaves no part behind', async () => {
    const { folder, own, model, asked, fetch } = await setUp(sendRange);
    await leavePart(folder, model, 40_000);

    await fetch();

    expect(asked.map(({ range }) => range)).toEqual(['bytes=40000-']);
    expect((await checkModel(model, folder)).state).toBe('ready');
    expect((await readdir(own)).sort()).toEqual(['.verified.json', 'config.json', 'onnx']);
  });

  test('a whole file that was not verified any more is not asked for again', async () => {
    const { folder, own, model, asked, fetch } = await setUp(sendRange);
    await leavePart(folder, model, 40_000);
    await writeFile(partPath(own, model), TEXT);

    await fetch();

    expect(asked).toEqual([]);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a file that changed on the server comes whole', async () => {
    const changed: Answer = (response, text, request) => {
      sendRange(response, text, request, '"version-2"');
    };
    const { folder, model, asked, fetch } = await setUp(breakAfter(40_000), changed);
    await expect(fetch({ timeouts: IMPATIENT })).rejects.toThrow();

    await fetch();

    expect(asked.at(-1)).toEqual({ range: 'bytes=40000-', ifRange: TAG });
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a server that ignores Range begins anew', async () => {
    const whole: Answer = (response, text) => response.writeHead(200).end(text);
    const { folder, model, asked, fetch } = await setUp(whole);
    await leavePart(folder, model, 40_000);

    await fetch();

    expect(asked).toHaveLength(1);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a server that sends another part than asked for is not believed', async () => {
    const other: Answer = (response, text) => {
      response.writeHead(206, { 'content-range': `bytes 0-${text.length - 1}/${text.length}` }).end(text);
    };
    const { folder, model, asked, fetch } = await setUp(breakAfter(50_000), other, sendRange);

    await fetch();

    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=50000-', undefined]);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a part that is not the beginning of the file costs one more download, not the model', async () => {
    const { folder, own, model, asked, fetch } = await setUp(sendRange);
    await leavePart(folder, model, 40_000);
    await writeFile(partPath(own, model), 'x'.repeat(40_000));

    await fetch();

    expect(asked.map(({ range }) => range)).toEqual(['bytes=40000-', undefined]);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a part that is longer than the file is thrown away', async () => {
    const { folder, own, model, asked, fetch } = await setUp(sendRange);
    await mkdir(join(own, '.partial'), { recursive: true });
    await writeFile(partPath(own, model), 'e'.repeat(80_000));

    await fetch();

    expect(asked.map(({ range }) => range)).toEqual([undefined]);
    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('a server whose whole file has another length by now is refused, and nothing is kept of it', async () => {
    const longer: Answer = (response, text, request) => {
      sendRange(response, `${text}e`, request);
    };
    const { folder, own, model, fetch } = await setUp(longer);
    await leavePart(folder, model, 40_000);

    await expect(fetch()).rejects.toThrow('more than 70000 bytes');

    expect(await countPartialBytes(own, model.files)).toBe(0);
  });

  test('a part of a removed model is gone as well', async () => {
    const { folder, own, model } = await setUp(sendRange);
    await leavePart(folder, model, 40_000);

    await removeModel(model, folder);

    expect(await countPartialBytes(own, model.files)).toBe(0);
    await expect(readdir(own)).rejects.toThrow('ENOENT');
  });
});

describe('room on the disk', () => {
  test('too little is told with its figures before anything is asked for', async () => {
    const { asked, fetch } = await setUp(sendRange);

    await expect(fetch({ freeBytes: () => Promise.resolve(40_000_000) })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/takes 1 MB and leaves 64 MB free.* has 40 MB/) as string,
      remedy: expect.stringMatching(/25 MB of room/) as string,
    });

    expect(asked).toEqual([]);
  });

  test('what is here already needs no more room', async () => {
    const { folder, model, fetch } = await setUp(sendRange);
    await leavePart(folder, model, 40_000);

    await fetch({ freeBytes: () => Promise.resolve(64_000_000 + 160_013 - 40_000) });

    expect((await checkModel(model, folder)).state).toBe('ready');
  });

  test('the real disk of this machine is asked, and has no room for a petabyte', async () => {
    const { folder, model } = await setUp(sendRange);
    const files = model.files.map((file) => ({ ...file, bytes: 1e15 }));

    await expect(fetchModel({ ...model, files }, folder)).rejects.toMatchObject({ code: 'disk-full' });
    await rm(folder, { recursive: true });
  });
});

describe('a mirror of the hub', () => {
  const source = { kind: 'hub', url: 'https://huggingface.co/Xenova/whisper-tiny/resolve/main/' } as const;

  test('HF_ENDPOINT takes the place of huggingface.co, and is named when it fails', async () => {
    const folder = await makeFolder();
    const hub = await startHub({ 'm/config.json': (response) => response.writeHead(418).end() });
    const model = { ...describeModel([{ ...source, url: 'https://huggingface.co/m/' }]) };
    const files = model.files.slice(2);
    const env = { ...process.env, HF_ENDPOINT: hub.url };

    await expect(fetchModel({ ...model, files }, folder, { env })).rejects.toThrow(/127\.0\.0\.1.*418/);

    expect(hub.asked).toEqual(['m/config.json']);
  });
});
