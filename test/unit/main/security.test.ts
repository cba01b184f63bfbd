import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRequestAllowed } from '../../../src/main/security.js';
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
