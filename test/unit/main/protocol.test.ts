/** What the page's scheme answers, with Electron's registry of schemes replaced. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { serveBundle } from '../../../src/main/protocol.js';

type Answer = (request: Request) => Promise<Response>;

const registered = vi.hoisted(() => new Map<string, Answer>());
vi.mock('electron', () => ({
  protocol: {
    handle: (scheme: string, answer: Answer) => {
      registered.set(scheme, answer);
    },
  },
}));

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src app-media:; " +
  "connect-src 'none'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-bundle-'));
  writeFileSync(join(folder, 'index.html'), '<p>page');
  writeFileSync(join(folder, 'notes.txt'), 'no part of the page');
  serveBundle(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function ask(url: string, method = 'GET'): Promise<Response> {
  const answer = registered.get('app');
  if (answer === undefined) throw new Error('the scheme is not served');
  return answer(new Request(url, { method }));
}

it.each([
  ['app://bundle/index.html', 'GET', 200],
  ['app://bundle/missing.html', 'GET', 404],
  ['app://bundle/notes.txt', 'GET', 404],
  ['app://bundle/..%2f..%2fetc/passwd', 'GET', 404],
  ['app://other/index.html', 'GET', 404],
  ['app://bundle/index.html', 'POST', 405],
])('%s by %s is %i, with the policy to the letter', async (url, method, status) => {
  const response = await ask(url, method);

  expect(response.status).toBe(status);
  expect(response.headers.get('Content-Security-Policy')).toBe(POLICY);
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
});
