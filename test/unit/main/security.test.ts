import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { isRequestAllowed, lockDownPages, lockDownSession } from '../../../src/main/security.js';
import { createWebPreferences } from '../../../src/main/web-preferences.js';

const SOURCE = new URL('../../../src/', import.meta.url).pathname;

describe('page rights', () => {
  it('are exactly these', () => {
    expect(createWebPreferences('/preload.cjs')).toEqual({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    });
  });

  it.each([
    /webSecurity:\s*false/,
    /contextIsolation:\s*false/,
    /sandbox:\s*false/,
    /nodeIntegration\w*:\s*true/,
    /webviewTag:\s*true/,
    /allowRunningInsecureContent:\s*true/,
    /no-sandbox/,
    /disable-web-security/,
    /bypassCSP:\s*true/,
    /unsafe-(inline|eval)/,
    /@electron\/remote/,
    /dangerouslySetInnerHTML/,
    /\beval\(/,
    /new Function\(/,
  ])('are never widened by %s anywhere in the source', (pattern) => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(ts|tsx|mjs|html)$/.test(name),
    );

    const offenders = files.filter((name) => pattern.test(readFileSync(join(SOURCE, name), 'utf8')));

    expect(files.length).toBeGreaterThan(20);
    // Set-up and command line run no page: to start Electron as root they may name the switch.
    expect(
      offenders.filter((name) => !(pattern.source === 'no-sandbox' && name.startsWith('setup/'))),
    ).toEqual([]);
  });
});

/** What is registered on it, by the name of the method or event. */
function createRecorder() {
  const registered = new Map<string, (...args: unknown[]) => unknown>();
  const note =
    (name: string) =>
    (handler: (...args: unknown[]) => unknown): void => {
      registered.set(name, handler);
    };
  const call = (name: string, ...args: unknown[]): unknown => {
    const handler = registered.get(name);
    if (handler === undefined) throw new Error(`nothing is registered for ${name}`);
    return handler(...args);
  };
  return { note, call };
}

describe('a session', () => {
  const { note, call } = createRecorder();
  const session = {
    setPermissionRequestHandler: note('request'),
    setPermissionCheckHandler: note('check'),
    setDevicePermissionHandler: note('device'),
    webRequest: { onBeforeRequest: note('web') },
  };
  lockDownSession(session as unknown as Parameters<typeof lockDownSession>[0], false);

  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem', 'hid'])(
    'grants no %s, asked for or looked up',
    (permission) => {
      const answers: unknown[] = [];
      call('request', null, permission, (answer: unknown) => answers.push(answer));

      expect(answers).toEqual([false]);
      expect(call('check', null, permission)).toBe(false);
      expect(call('device', { deviceType: permission })).toBe(false);
    },
  );

  it.each([
    ['https://example.org/', true],
    ['app://bundle/index.html', false],
  ])('cancels a request to %s: %j', (url, isCancelled) => {
    const answers: unknown[] = [];
    call('web', { url }, (answer: unknown) => answers.push(answer));

    expect(answers).toEqual([{ cancel: isCancelled }]);
  });
});

describe('a page', () => {
  const app = createRecorder();
  const page = createRecorder();
  let openHandler: () => unknown = () => undefined;
  const contents = {
    on: (name: string, handler: () => unknown) => {
      page.note(name)(handler);
    },
    setWindowOpenHandler: (handler: () => unknown) => {
      openHandler = handler;
    },
  };
  lockDownPages({
    on: (name: string, handler: (...args: unknown[]) => unknown) => {
      app.note(name)(handler);
    },
  } as unknown as Parameters<typeof lockDownPages>[0]);
  app.call('web-contents-created', null, contents);

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'is refused on %s',
    (event) => {
      let isPrevented = false;
      page.call(event, { preventDefault: () => (isPrevented = true) });

      expect(isPrevented).toBe(true);
    },
  );

  it('opens no window', () => {
    expect(openHandler()).toEqual({ action: 'deny' });
  });
});

describe('Electron', () => {
  it('is the version that docs/security.md speaks of', () => {
    const read = (name: string): string => readFileSync(join(SOURCE, '..', name), 'utf8');
    const { devDependencies } = v.parse(
      v.object({ devDependencies: v.record(v.string(), v.string()) }),
      JSON.parse(read('package.json')),
    );

    expect(read('docs/security.md')).toContain(`Electron ${devDependencies['electron']}`);
  });
});

describe('network', () => {
  it('is reached by nothing but our own page', () => {
    expect(isRequestAllowed('app://bundle/index.html', false)).toBe(true);
    expect(isRequestAllowed('data:image/png;base64,AA', false)).toBe(true);
    for (const url of [
      'http://example.org/',
      'https://example.org/?app://bundle/',
      'ws://example.org/',
      'ftp://example.org/',
      'file:///etc/passwd',
      'blob:app://bundle/1',
      'chrome-extension://x/y.js',
      'devtools://devtools/bundled/x.html',
      'nonsense',
    ]) {
      expect(isRequestAllowed(url, false), url).toBe(false);
    }
  });

  it('opens for the developer tools only where there are any', () => {
    expect(isRequestAllowed('devtools://devtools/bundled/x.html', true)).toBe(true);
    expect(isRequestAllowed('https://example.org/', true)).toBe(false);
  });
});
