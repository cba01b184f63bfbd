/**
 * Serves the built page as app://bundle/…: a secure origin of its own, unlike file://, whose pages can
 * read the disk. Every answer carries the content security policy. Sound comes from a scheme of its own
 * (media-server.ts).
 */
import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { APP_SCHEME } from './app-url.js';
import { contentTypeOf, resolveBundlePath } from './bundle-path.js';
import { answerMedia, MEDIA_SCHEME } from './media-server.js';

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  'media-src app-media:',
  "connect-src 'none'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Must run before the app is ready. */
export function registerAppSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
    {
      scheme: MEDIA_SCHEME,
      privileges: { standard: true, secure: true, stream: true, supportFetchAPI: true },
    },
  ]);
}

export function serveBundle(folder: string): void {
  protocol.handle(APP_SCHEME, (request) => answerRequest(folder, request));
}

/** @param findFolder of a job; null when there is no such job. */
export function serveMedia(findFolder: (id: string) => string | null): void {
  protocol.handle(MEDIA_SCHEME, (request) => answerMedia(request, findFolder));
}

async function answerRequest(folder: string, request: Request): Promise<Response> {
  if (request.method !== 'GET') return refuse(405);
  const path = resolveBundlePath(folder, request.url);
  const contentType = path === null ? null : contentTypeOf(path);
  if (path === null || contentType === null) return refuse(404);
  try {
    const content = await readFile(path);
    return new Response(new Uint8Array(content), { headers: secureHeaders(contentType) });
  } catch {
    return refuse(404);
  }
}

function refuse(status: 404 | 405): Response {
  return new Response(null, { status, headers: secureHeaders('text/plain; charset=utf-8') });
}

function secureHeaders(contentType: string): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
  };
}
