/** A child process with an engine, as the benchmark sees it: requests one at a time, each answered. */
import { fork } from 'node:child_process';
import * as v from 'valibot';
import { epochMs, ReplySchema } from './protocol.js';
import type { DoneReply, Reply, Request, WorkerSetting } from './protocol.js';

export const WORKER_FLAG = '--worker';

export interface EngineChild {
  readonly description: string;
  /** When it was asked for, milliseconds since the epoch. */
  readonly spawnedAt: number;
  ask(request: Request): Promise<DoneReply>;
  close(): Promise<void>;
}

/** @param script of the benchmark, which is also the child's. Throws an Error when the engine cannot be opened. */
export async function startChild(script: string, setting: WorkerSetting): Promise<EngineChild> {
  const spawnedAt = epochMs();
  const child = fork(script, [WORKER_FLAG, JSON.stringify(setting)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const name = `${setting.engine} (${setting.role})`;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const nextReply = async (): Promise<Reply> => {
    const stop = new AbortController();
    try {
      return await Promise.race([
        new Promise<Reply>((resolve) => {
          const take = (message: unknown) => {
            resolve(v.parse(ReplySchema, message));
          };
          child.once('message', take);
          stop.signal.addEventListener('abort', () => child.off('message', take));
        }),
        ended.then((): Reply => ({ kind: 'failed', message: 'its process ended' })),
      ]);
    } finally {
      stop.abort();
    }
  };
  const first = await nextReply();
  if (first.kind !== 'ready') {
    child.kill();
    throw new Error(`${name} cannot be opened: ${first.kind === 'failed' ? first.message : first.kind}`);
  }
  const ask = async (request: Request): Promise<DoneReply> => {
    const reply = nextReply();
    child.send(request);
    const answer = await reply;
    if (answer.kind === 'done') return answer;
    throw new Error(
      `${name} failed at ${request.kind}: ${answer.kind === 'failed' ? answer.message : answer.kind}`,
    );
  };
  return {
    description: first.description,
    spawnedAt,
    ask,
    async close() {
      await ask({ kind: 'close' });
      await ended;
    },
  };
}
