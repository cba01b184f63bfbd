import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentTypeOf, resolveBundlePath } from '../../../src/main/bundle-path.js';

const FOLDER = '/opt/tilescribe/out/renderer';

describe('bundle paths', () => {
  it.each([
    ['app://bundle/index.html', `${FOLDER}/index.html`],
    ['app://bundle/assets/index-1a2b.js?x=1#y', `${FOLDER}/assets/index-1a2b.js`],
    ['app://bundle/a%20b.css', `${FOLDER}/a b.css`],
    ['app://bundle/x/../index.html', `${FOLDER}/index.html`],
    ['app://bundle/..data/x.js', `${FOLDER}/..data/x.js`],
  ])('serves %s', (url, path) => {
    expect(resolveBundlePath(FOLDER, url)).toBe(path);
  });

  it.each([
    'app://bundle/',
    'app://bundle',
    'app://bundle/..%2f..%2f..%2fetc%2fpasswd',
    'app://bundle/%2e%2e/%2e%2e/main/index.js%00',
    'app://bundle/..%2frenderer-evil/x.js',
    'app://bundle/assets/..%2f..%2f..%2fmain%2findex.js',
    'app://bundle/..%5c..%5cmain',
    'app://bundle/index.html%00.png',
    'app://bundle/%E0%A4%A',
    'app://other/index.html',
    'app://bundle.evil/index.html',
    'app://evil@bundle/index.html',
    'file:///etc/passwd',
    'https://bundle/index.html',
    'not a url',
    '',
  ])('serves nothing for %s', (url) => {
    expect(resolveBundlePath(FOLDER, url)).toBeNull();
  });

  it('never leaves the folder, whatever is asked', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '%2e%2e', '.', '%2f', '/', '%5c', '\\', '%00', 'a', '%252e', '~', ':'),
      fc.string(),
    );

    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = resolveBundlePath(FOLDER, `app://bundle/${parts.join('/')}`);
        expect(path === null || path.startsWith(`${FOLDER}/`)).toBe(true);
        expect(path?.split('/').includes('..') ?? false).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows the type of what the page consists of, and of nothing else', () => {
    expect(contentTypeOf('/x/index.html')).toBe('text/html; charset=utf-8');
    expect(contentTypeOf('/x/index-1.js')).toBe('text/javascript; charset=utf-8');
    expect(contentTypeOf('/x/passwd')).toBeNull();
    expect(contentTypeOf('/x/index.js.map')).toBeNull();
  });
});
