/**
 * The HTTP server: routes, who may come in, limits, metrics, and an end in good order. The work itself is in
 * transcription.ts. Plain node:http: four routes need no framework.
 *
 * The surprising thing: a request with an `Origin`, or to another host name than that of a loopback address when
 * only that is listened on, is refused. Both come from web pages that try to reach a server on the reader's own
 * machine (cross-site posts, DNS rebinding); programs send neither.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '../engine/engine.js';
import type { Task } from '../shared/transcript.js';
import { Admission } from './admission.js';
import { ApiError, toApiError } from './api-error.js';
import { isLoopback } from './config.js';
import type { ServerConfig } from './config.js';
import { DEFAULT_MODEL_NAME, modelNotFound } from './form.js';
import { Metrics } from './metrics.js';
import { answerTranscription } from './transcription.js';

export interface ServerParts {
  readonly engine: Engine;
  readonly config: ServerConfig;
  readonly version: string;
  /** Ids of the models that are installed, asked for anew each time: one may be fetched meanwhile. */
  readonly listModels: () => Promise<readonly string[]>;
  /** For people who watch: one line an event. */
  readonly note: (line: string) => void;
}

export interface RunningServer {
  /** With the port that was taken. */
  readonly url: string;
  /** Lets requests under way end, for as long as the configuration says; then stops them. */
  close(): Promise<void>;
}

const TASK_OF: Readonly<Record<string, Task>> = {
  '/v1/audio/transcriptions': 'transcribe',
  '/v1/audio/translations': 'translate',
};
const MODELS_PATH = '/v1/models';
/** A whole upload; Node's own default, five minutes, is too short for a film over a slow line. */
const RECEIVE_LIMIT_MS = 1_800_000;
/** How long an answered upload is still read, so that the client sees the answer and not a broken pipe. */
const LINGER_MS = 2_000;

/** Rejects with Node's own error when the address cannot be had. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { config } = parts;
  const service = new Service(parts);
  const server = createServer({ requestTimeout: RECEIVE_LIMIT_MS }, (request, response) => {
    void service.answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.port, config.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeIdleConnections();
      await service.drain();
      server.closeIdleConnections();
      const forced = setTimeout(() => {
        server.closeAllConnections();
      }, LINGER_MS);
      await closed;
      clearTimeout(forced);
    },
  };
}

class Service {
  readonly #parts: ServerParts;
  readonly #admission: Admission;
  readonly #metrics: Metrics;
  /** Requests for transcriptions under way, each with what stops it. */
  readonly #active = new Map<AbortController, Promise<unknown>>();
  #isClosing = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.config.queueLimit);
    this.#metrics = new Metrics(this.#admission);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const beganMs = performance.now();
    const path = pathOf(request);
    try {
      this.#checkSender(request, path);
      await this.#route(request, response, path);
    } catch (thrown) {
      sendError(request, response, toApiError(thrown));
    }
    const isKnown = path in TASK_OF || ['/healthz', '/metrics', MODELS_PATH].includes(path);
    this.#metrics.countRequest(isKnown ? path : 'other', response.statusCode);
    if (!(path in TASK_OF)) return;
    const seconds = (performance.now() - beganMs) / 1000;
    this.#metrics.observeRequest(seconds);
    this.#parts.note(`${path} ${response.statusCode} ${seconds.toFixed(2)} s`);
  }

  /** Ends when all that was under way has ended, by force after the time of grace. */
  async drain(): Promise<void> {
    this.#isClosing = true;
    const force = setTimeout(() => {
      for (const abort of this.#active.keys()) abort.abort(new ApiError(503, 'The server is stopping.'));
    }, this.#parts.config.graceMs);
    await Promise.allSettled(this.#active.values());
    clearTimeout(force);
  }

  #checkSender(request: IncomingMessage, path: string): void {
    const { host, apiKey } = this.#parts.config;
    if (request.headers.origin !== undefined) throw new ApiError(403, 'Web pages may not use this server.');
    if (isLoopback(host) && !isLoopback(hostNameOf(request))) {
      throw new ApiError(403, 'This server answers to this machine only.');
    }
    if (path === '/healthz' || apiKey === null) return;
    const [, sent = ''] = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!isSameSecret(sent, apiKey)) {
      throw new ApiError(401, 'The API key is missing or wrong: send it as "Authorization: Bearer KEY".', {
        code: 'invalid_api_key',
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const task = TASK_OF[path];
    if (task !== undefined) {
      requireMethod(request, 'POST');
      await this.#transcribe(request, response, task);
      return;
    }
    if (path === '/healthz') {
      requireMethod(request, 'GET');
      this.#sendHealth(response);
    } else if (path === '/metrics') {
      requireMethod(request, 'GET');
      send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', this.#metrics.write());
    } else if (path === MODELS_PATH) {
      requireMethod(request, 'GET');
      const names = [DEFAULT_MODEL_NAME, ...(await this.#parts.listModels())];
      sendJson(response, 200, { object: 'list', data: names.map(describeModel) });
    } else if (path.startsWith(`${MODELS_PATH}/`)) {
      requireMethod(request, 'GET');
      await this.#sendModel(response, path.slice(MODELS_PATH.length + 1));
    } else {
      throw new ApiError(404, `There is nothing at ${path}.`);
    }
  }

  #sendHealth(response: ServerResponse): void {
    const { running, waiting } = this.#admission;
    const status = this.#isClosing ? 'stopping' : 'ok';
    const body = { status, version: this.#parts.version, running, waiting };
    sendJson(response, this.#isClosing ? 503 : 200, body);
  }

  async #sendModel(response: ServerResponse, name: string): Promise<void> {
    const ids = await this.#parts.listModels();
    if (name !== DEFAULT_MODEL_NAME && !ids.includes(name)) throw modelNotFound(name, ids);
    sendJson(response, 200, describeModel(name));
  }

  async #transcribe(request: IncomingMessage, response: ServerResponse, task: Task): Promise<void> {
    if (this.#isClosing) throw new ApiError(503, 'The server is stopping.');
    const place = this.#admission.enter();
    const abort = new AbortController();
    const { engine, config, listModels } = this.#parts;
    const work = async (): Promise<() => void> => {
      const context = { engine, config, metrics: this.#metrics, place, signal: abort.signal };
      return answerTranscription(request, response, task, { ...context, modelIds: await listModels() });
    };
    const stopWhenLeft = (): void => {
      if (!response.writableFinished) abort.abort(new ApiError(499, 'The client went away.'));
    };
    const limit = setTimeout(() => {
      const seconds = config.timeLimitMs / 1000;
      abort.abort(
        new ApiError(503, `It took longer than the ${seconds} s this server allows.`, { code: 'timeout' }),
      );
    }, config.timeLimitMs);
    response.once('close', stopWhenLeft);
    const done = work();
    this.#active.set(
      abort,
      done.catch(() => undefined),
    );
    let finish: () => void;
    try {
      finish = await done;
    } finally {
      clearTimeout(limit);
      response.off('close', stopWhenLeft);
      this.#active.delete(abort);
      place.leave();
    }
    finish();
  }
}

function pathOf(request: IncomingMessage): string {
  const [path = '/'] = (request.url ?? '/').split('?');
  return path;
}

function hostNameOf(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : '';
}

/** Takes the same time wherever they differ. */
function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}

function requireMethod(request: IncomingMessage, method: string): void {
  if (request.method === method) return;
  throw new ApiError(405, `Use ${method} here.`, { headers: { Allow: method } });
}

function describeModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'openai' };
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

/** An upload may still be coming: it is read and thrown away for a moment, then the connection is closed. */
function sendError(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const isUnread = !request.complete;
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  if (isUnread) response.setHeader('Connection', 'close');
  const body = JSON.stringify(error.body);
  response.writeHead(error.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  if (!isUnread) {
    response.end(body);
    return;
  }
  response.write(body);
  const finish = (): void => {
    clearTimeout(linger);
    response.end();
  };
  const linger = setTimeout(finish, LINGER_MS);
  request.once('end', finish).once('close', finish).resume();
}
