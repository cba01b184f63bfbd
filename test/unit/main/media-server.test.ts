import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRange } from '../../../src/main/media-range.js';
import { answerMedia, parseMediaUrl } from '../../../src/main/media-server.js';
import { AUDIO_FILE, createWavHeader, WAV_HEADER_BYTES } from '../../../src/shared/sound-files.js';

const SOUND = Buffer.from(Array.from({ length: 100 }, (_, index) => index));
const LENGTH = WAV_HEADER_BYTES + SOUND.length;
const WHOLE = Buffer.concat([createWavHeader(SOUND.length), SOUND]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-media-'));
  // As while it grows: a header that promises too much, and half a sample at the end.
  writeFileSync(join(folder, AUDIO_FILE), Buffer.concat([createWavHeader(null), SOUND, Buffer.of(1)]));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function ask(headers: Record<string, string> = {}, method = 'GET', url = 'app-media://job/a-1') {
  const request = { url, method, headers: new Headers(headers) };
  const response = await answerMedia(request, (id) => (id === 'a-1' ? folder : null));
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('the sound of a job', () => {
  it('is whole samples behind a header that is true, whatever the growing file says', async () => {
    const { response, bytes } = await ask();

    expect(response.status).toBe(200);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(response.headers.get('content-length')).toBe(String(LENGTH));
    expect(bytes.equals(WHOLE)).toBe(true);
  });

  it.each([
    ['bytes=0-', 0, LENGTH - 1],
    ['bytes=10-49', 10, 49],
    ['bytes=0-0', 0, 0],
    ['bytes=43-44', 43, 44],
    ['bytes=50-9999', 50, LENGTH - 1],
    ['bytes=-10', LENGTH - 10, LENGTH - 1],
  ])('answers %s with these bytes and 206', async (range, start, end) => {
    const { response, bytes } = await ask({ range });

    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${LENGTH}`);
    expect(bytes.equals(WHOLE.subarray(start, end + 1))).toBe(true);
  });

  it('answers what lies behind its end with 416 and its length', async () => {
    const { response } = await ask({ range: `bytes=${LENGTH}-` });

    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${LENGTH}`);
  });

  it('tells its length to HEAD, and takes nothing but GET and HEAD', async () => {
    const { response, bytes } = await ask({}, 'HEAD');

    expect(response.headers.get('content-length')).toBe(String(LENGTH));
    expect(bytes).toHaveLength(0);
    expect((await ask({}, 'POST')).response.status).toBe(405);
  });

  it('is none for a job that is not there', async () => {
    expect((await ask({}, 'GET', 'app-media://job/b')).response.status).toBe(404);
  });
});

it.each([
  'app-media://job/../../etc/passwd',
  'app-media://job/%2e%2e%2fetc',
  'app-media://job/a/b',
  'app-media://job/',
  'app-media://other/a-1',
  'app-media://user@job/a-1',
  'file:///etc/passwd',
  'app://job/a-1',
  'nonsense',
])('names no job: %s', (url) => {
  expect(parseMediaUrl(url)).toBeNull();
});

it.each(['bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4', ''])(
  'answers the range "%s", which is none, with the whole',
  (header) => {
    expect(parseRange(header, 100)).toEqual({ kind: 'whole' });
  },
);
