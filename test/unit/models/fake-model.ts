/** A tiny model, its bytes, and a server on this machine that can serve them rightly and wrongly. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Model, ModelSource } from '../../../src/models/catalog.mjs';

export const CONTENTS: Readonly<Record<string, string>> = {
  'onnx/encoder.onnx': 'e'.repeat(70_000),
  'onnx/decoder.onnx': 'd'.repeat(90_000),
  'config.json': '{"layers":6}\n',
};

export function describeModel(sources: readonly ModelSource[]): Model {
  return {
    id: 'fake',
    name: 'Fake',
    licence: 'MIT',
    format: 'onnx',
    origin: 'nobody/fake',
    files: Object.entries(CONTENTS).map(([path, text]) => ({
      path,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    })),
    sources,
  };
}

export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tilescribe-test-'));
}

export async function writeModelFile(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

export async function installModel(modelsFolder: string): Promise<void> {
  for (const [path, text] of Object.entries(CONTENTS)) {
    await writeModelFile(join(modelsFolder, 'fake'), path, text);
  }
}

export interface FakeHub {
  readonly url: string;
  /** Paths in the order in which they were asked for. */
  readonly asked: readonly string[];
}

export type Answer = (response: ServerResponse, text: string, request: IncomingMessage) => void;

/** Serves CONTENTS, except where `answers` has another answer for a path. */
export async function startHub(answers: Readonly<Record<string, Answer>> = {}): Promise<FakeHub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/model\//, '');
    asked.push(path);
    const text = CONTENTS[path] ?? '';
    const answer = answers[path];
    if (answer) answer(response, text, request);
    else response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/model/`, asked };
}
