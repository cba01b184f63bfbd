import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KENNEDY } from '../speech.js';
import { addFiles, launchApp, waitForState } from './fixtures.js';
import type { RunningApp } from './fixtures.js';

describe('the page', () => {
  let app: RunningApp;
  let origin = '';
  let hits = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end('reached');
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${address.port}`;
    app = await launchApp();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    server.close();
  });

  it('runs no inline script', async () => {
    const ran = await app.page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          document.addEventListener('securitypolicyviolation', () => {
            resolve(document.documentElement.dataset['inline'] === 'ran');
          });
          const script = document.createElement('script');
          script.textContent = 'document.documentElement.dataset.inline = "ran"';
          document.body.append(script);
        }),
    );

    expect(ran).toBe(false);
  });

  it('evaluates no text as code', async () => {
    // From a timer: what Playwright runs directly is exempt from the policy.
    const outcome = await app.page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          setTimeout(() => {
            try {
              resolve(String(globalThis.eval('40 + 2')));
            } catch (thrown) {
              resolve(thrown instanceof Error ? thrown.name : 'other');
            }
          }, 0);
        }),
    );

    expect(outcome).toBe('EvalError');
  });

  it('reaches no server by fetch, image, socket or beacon', async () => {
    const outcome = await app.page.evaluate(async (url) => {
      const fetched = await fetch(url).then(
        () => 'reached',
        () => 'refused',
      );
      const drawn = await new Promise<string>((resolve) => {
        const image = new Image();
        image.onload = () => {
          resolve('reached');
        };
        image.onerror = () => {
          resolve('refused');
        };
        image.src = `${url}/x.png`;
      });
      const connected = await new Promise<string>((resolve) => {
        const socket = new WebSocket(url.replace('http', 'ws'));
        socket.onopen = () => {
          resolve('reached');
        };
        socket.onerror = () => {
          resolve('refused');
        };
      }).catch(() => 'refused');
      navigator.sendBeacon(url, 'x');
      return [fetched, drawn, connected];
    }, origin);

    expect(outcome).toEqual(['refused', 'refused', 'refused']);
    expect(hits).toBe(0);
  });

  it('would be stopped outside as well, were its policy gone', async () => {
    const outcome = await app.electron.evaluate(
      ({ session }, url) =>
        session.defaultSession.fetch(url).then(
          () => 'reached',
          (thrown: unknown) => String(thrown),
        ),
      origin,
    );

    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT');
    expect(hits).toBe(0);
  });

  it('cannot leave its address', async () => {
    for (const target of [origin, `${origin}/?next=app://bundle/index.html`, 'file:///etc/passwd']) {
      await app.page.evaluate((url) => {
        location.href = url;
      }, target);
    }
    await app.page.evaluate((url) => {
      const link = document.createElement('a');
      link.href = url;
      document.body.append(link);
      link.click();
      link.remove();
    }, origin);

    expect(await app.page.evaluate(() => location.href)).toBe('app://bundle/index.html');
    expect(await app.page.getByTestId('drop-zone').count()).toBe(1);
    expect(hits).toBe(0);
  });

  it('cannot open a window', async () => {
    const opened = await app.page.evaluate((url) => window.open(url) !== null, origin);

    expect(opened).toBe(false);
    expect(app.electron.windows()).toHaveLength(1);
  });

  it('is granted no device', async () => {
    const outcome = await app.page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'refused',
      ),
    );

    expect(outcome).toBe('refused');
  });

  it('sees of Node and Electron only the three functions of its door', async () => {
    const seen = await app.page.evaluate(() => ({
      door: Object.keys(window.tilescribe).sort(),
      globals: ['require', 'process', 'Buffer', 'module', 'electron'].filter((name) => name in window),
    }));

    expect(seen).toEqual({ door: ['call', 'getPathForFile', 'on'], globals: [] });
  });

  it('is refused calls and pushes that are not in the contract', async () => {
    const outcomes = await app.page.evaluate(async () => {
      const names = ['shell.openExternal', '__proto__', 'constructor', 'toString'];
      const door = new Map<string, unknown>(Object.entries(window.tilescribe)).get('call');
      if (typeof door !== 'function') throw new Error('there is no call');
      return Promise.all(
        names.map((name) =>
          Promise.resolve<unknown>(Reflect.apply(door, null, [name, null])).then(
            () => 'answered',
            () => 'refused',
          ),
        ),
      );
    });

    expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  it('is served nothing from outside its folder', async () => {
    const statuses = await app.electron.evaluate(async ({ session }) => {
      const urls = [
        'app://bundle/..%2fmain%2findex.js',
        'app://bundle/%2e%2e/main/index.js',
        'app://bundle/..%2f..%2fpackage.json',
        'app://other/index.html',
      ];
      return Promise.all(
        urls.map((url) =>
          session.defaultSession.fetch(url).then(
            (response) => response.status,
            () => 0,
          ),
        ),
      );
    });

    expect(statuses.every((status) => status === 404 || status === 0)).toBe(true);
  });
});

/** Connections to other machines that the processes have, as the kernel lists them: "pid address". */
function listConnections(pids: readonly number[]): readonly string[] {
  const owners = new Map<string, number>();
  for (const pid of pids) {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const socket = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (socket !== undefined) owners.set(socket, pid);
    }
  }
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, , remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
        const owner = owners.get(inode);
        // Playwright is connected over the loopback; a socket that listens has a remote address of zeros.
        const isLocal = /^(0100007F|0+):|^0{24}0100007F:|^0{31}1:|^0{16}FFFF00000100007F:/.test(remote);
        return owner === undefined || isLocal ? [] : [`${owner} ${table} ${remote}`];
      }),
  );
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in the meantime.
    return '';
  }
}

describe('a transcription', () => {
  it('asks for nothing on the network, from any process', async () => {
    await using app = await launchApp();
    await app.electron.evaluate(({ session }) => {
      const seen: string[] = [];
      Object.assign(globalThis, { requestsSeen: seen });
      const note = ({ url }: { readonly url: string }): void => {
        if (!/^(app|app-media|data):/.test(url)) seen.push(url);
      };
      session.defaultSession.webRequest.onSendHeaders(note);
      session.defaultSession.webRequest.onErrorOccurred(note);
    });

    await addFiles(app.page, KENNEDY);
    const connections = new Set<string>();
    const progress = { isDone: false };
    const done = waitForState(app.page, basename(KENNEDY), 'done').then(() => {
      progress.isDone = true;
    });
    let samples = 0;
    while (!progress.isDone) {
      const pids = await app.electron.evaluate(({ app: main }) => main.getAppMetrics().map(({ pid }) => pid));
      for (const connection of listConnections(pids)) connections.add(connection);
      samples++;
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 50))]);
    }

    expect(samples).toBeGreaterThan(3);
    expect([...connections]).toEqual([]);
    expect(await app.electron.evaluate(() => Reflect.get(globalThis, 'requestsSeen') as unknown)).toEqual([]);
  });
});
