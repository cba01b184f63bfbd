/** The page's own address, app://bundle/…, and the one test whether something is on it. */
export const APP_SCHEME = 'app';
export const APP_HOST = 'bundle';
export const APP_PAGE_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

/** Compares parsed parts: a text search would also accept `https://evil/?app://bundle/`. */
export function isAppUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '' && url.password === ''
  );
}
