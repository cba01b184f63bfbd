/** From a requested address to a file of the built page, or to nothing when it points elsewhere. Pure. */
import { resolve, sep } from 'node:path';
import { isAppUrl } from './app-url.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
};

/** The file's absolute path inside `folder`; null for other origins and for anything outside it. */
export function resolveBundlePath(folder: string, requestUrl: string): string | null {
  if (!isAppUrl(requestUrl)) return null;
  let relative: string;
  try {
    relative = decodeURIComponent(new URL(requestUrl).pathname);
  } catch {
    return null;
  }
  if (relative.includes('\0') || relative.includes('\\')) return null;
  const root = resolve(folder);
  const path = resolve(root, `.${relative}`);
  return path.startsWith(root + sep) ? path : null;
}

/** Null for kinds of files the page does not consist of; they are not served. */
export function contentTypeOf(path: string): string | null {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return CONTENT_TYPES[extension] ?? null;
}
