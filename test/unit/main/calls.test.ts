import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { answerCall, isTrustedSender } from '../../../src/main/calls.js';
import type { Handlers } from '../../../src/main/calls.js';
import { CALL_NAMES, CONTRACT } from '../../../src/shared/contract.js';
import { AppError, FailureSchema } from '../../../src/shared/errors.js';
import { createJob } from '../../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings.js';

const DONE = { ok: true } as const;

/** Handlers that answer anything, and a list of the calls that reached them. */
function createRecorder(): { handlers: Handlers; reached: string[] } {
  const reached: string[] = [];
  const note = <R>(name: string, reply: R): R => {
    reached.push(name);
    return reply;
  };
  const handlers: Handlers = {
    'app.info': () =>
      note('app.info', {
        version: '1',
        homeFolder: '/home',
        isFfmpegInstalled: true,
        samplePath: '/sample.flac',
        libraryFolder: '/home',
      }),
    'jobs.add': () => note('jobs.add', []),
    'jobs.browse': () => note('jobs.browse', []),
    'jobs.list': () => note('jobs.list', []),
    'jobs.segments': () => note('jobs.segments', { revision: 0, segments: [], spans: [] }),
    'jobs.edit': () => note('jobs.edit', { ok: true, revision: 1 }),
    'jobs.retrySpan': () => note('jobs.retrySpan', DONE),
    'jobs.resume': () => note('jobs.resume', DONE),
    'jobs.reorder': () => note('jobs.reorder', DONE),
    'jobs.preview': () => note('jobs.preview', { text: '', isCut: false }),
    'jobs.peaks': () => note('jobs.peaks', null),
    'jobs.timings': () => note('jobs.timings', null),
    'jobs.exportTimings': () => note('jobs.exportTimings', { status: 'dismissed' }),
    'bench.run': () =>
      note('bench.run', {
        ok: true,
        limits: { threads: 2, readBytesPerSecond: 1, int8MacsPerSecond: 1, instructions: 'none' },
      }),
    'models.cancel': () => note('models.cancel', DONE),
    'models.remove': () => note('models.remove', DONE),
    'library.list': () => note('library.list', []),
    'library.open': () => note('library.open', { ok: true, job: createJob('a', 'a.mp3', DEFAULT_OPTIONS) }),
    'library.delete': () => note('library.delete', DONE),
    'library.reveal': () => note('library.reveal', DONE),
    'settings.get': () => note('settings.get', DEFAULT_SETTINGS),
    'settings.set': () => note('settings.set', DEFAULT_SETTINGS),
    'settings.browseLibrary': () => note('settings.browseLibrary', DEFAULT_SETTINGS),
    'jobs.cancel': () => note('jobs.cancel', DONE),
    'jobs.retry': () => note('jobs.retry', DONE),
    'jobs.remove': () => note('jobs.remove', DONE),
    'jobs.export': () => note('jobs.export', { status: 'dismissed' }),
    'jobs.copy': () => note('jobs.copy', DONE),
    'jobs.reveal': () => note('jobs.reveal', DONE),
    'models.status': () => note('models.status', []),
    'models.repair': () => note('models.repair', DONE),
    'doctor.run': () => ({ version: '0', lines: [] }),
    'models.import': () => note('models.import', DONE),
  };
  return { handlers, reached };
}

describe('call boundary', () => {
  it.each(CALL_NAMES)('answers any JSON to "%s" without throwing, and a refusal says why', async (name) => {
    const { handlers } = createRecorder();

    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.anything()), async (request) => {
        const outcome = await answerCall(name, request, handlers);
        if (!outcome.ok) {
          expect(v.is(FailureSchema, outcome.failure)).toBe(true);
          expect(outcome.failure.code).toBe('wrong-usage');
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each(CALL_NAMES)('takes for "%s" nothing, or an object without unknown keys', (name) => {
    expect(['null', 'strict_object']).toContain(CONTRACT[name].request.type);
  });

  it.each(CALL_NAMES)('refuses "%s" with what is too much, too deep or of a strange kind', async (name) => {
    const { handlers, reached } = createRecorder();
    const deep: unknown[] = [];
    let inner = deep;
    for (let level = 0; level < 10_000; level++) {
      const next: unknown[] = [];
      inner.push(next);
      inner = next;
    }
    const strange = [
      deep,
      'x'.repeat(10_000_000),
      JSON.parse('{"__proto__": {"isAdmin": true}, "id": "a"}'),
      { constructor: { prototype: {} } },
      Array.from({ length: 100_000 }, () => ({})),
      Number.NaN,
    ];

    for (const request of strange) {
      expect(await answerCall(name, request, handlers)).toMatchObject({ ok: false });
    }
    expect(reached).toEqual([]);
  });

  it('lets a request that fits through, and nothing with unknown keys', async () => {
    const { handlers, reached } = createRecorder();
    const request = { paths: ['/a.mp3'], options: DEFAULT_OPTIONS };

    const good = await answerCall('jobs.add', request, handlers);
    const bad = await answerCall('jobs.add', { ...request, shell: 'rm' }, handlers);

    expect(good).toEqual({ ok: true, reply: [] });
    expect(bad).toMatchObject({ ok: false, failure: { code: 'wrong-usage' } });
    expect(reached).toEqual(['jobs.add']);
  });

  it.each([
    ['jobs.add', { paths: [], options: DEFAULT_OPTIONS }],
    ['jobs.add', { paths: ['x'.repeat(5000)], options: DEFAULT_OPTIONS }],
    ['jobs.add', { paths: ['/a'], options: { ...DEFAULT_OPTIONS, model: '../../etc' } }],
    ['jobs.export', { id: 'a', format: 'exe' }],
    ['jobs.export', { id: 'a', format: 'srt', path: '/etc/passwd' }],
    ['jobs.edit', { id: 'a', revision: -1, edit: { label: 'text', splices: [] } }],
    ['jobs.edit', { id: 'a', revision: 0, edit: { label: 'rm', splices: [] } }],
    ['jobs.retrySpan', { id: 'a', start: 20, end: 10 }],
    ['settings.set', { patch: { libraryFolder: '/etc' } }],
    ['settings.set', { patch: { theme: 'neon' } }],
    ['library.delete', { id: 'a', path: '/' }],
    ['jobs.cancel', { id: '' }],
    ['jobs.cancel', null],
    ['jobs.list', {}],
  ] as const)('refuses %s with %j', async (name, request) => {
    const { handlers, reached } = createRecorder();

    const outcome = await answerCall(name, request, handlers);

    expect(outcome.ok).toBe(false);
    expect(reached).toEqual([]);
  });

  it('turns what a handler throws into a failure: typed ones as they are, others as internal', async () => {
    const { handlers } = createRecorder();
    const typed = new AppError('disk-full', 'The disk is full.', 'Free some space.');

    const known = await answerCall('jobs.list', null, {
      ...handlers,
      'jobs.list': () => {
        throw typed;
      },
    });
    const unknown = await answerCall('jobs.list', null, {
      ...handlers,
      'jobs.list': () => Promise.reject(new TypeError('x is undefined')),
    });

    expect(known).toEqual({
      ok: false,
      failure: { code: 'disk-full', message: typed.message, remedy: typed.remedy },
    });
    expect(unknown).toMatchObject({ ok: false, failure: { code: 'internal' } });
  });
});

describe('sender check', () => {
  const ours = { isOurWindow: true, isMainFrame: true, url: 'app://bundle/index.html' };

  it('takes the main frame of our window on our page', () => {
    expect(isTrustedSender(ours)).toBe(true);
  });

  it.each([
    ['another window', { ...ours, isOurWindow: false }],
    ['a frame inside', { ...ours, isMainFrame: false }],
    ['a web page', { ...ours, url: 'https://example.org/' }],
    ['a web page that names us', { ...ours, url: 'https://example.org/?next=app://bundle/index.html' }],
    ['a file', { ...ours, url: 'file:///app://bundle/index.html' }],
    ['another host of our scheme', { ...ours, url: 'app://bundle.example/index.html' }],
    ['our host with a user name', { ...ours, url: 'app://evil@bundle/index.html' }],
    ['another port', { ...ours, url: 'app://bundle:81/index.html' }],
    ['a blank page', { ...ours, url: 'about:blank' }],
    ['nothing', { ...ours, url: '' }],
  ])('refuses %s', (_name, sender) => {
    expect(isTrustedSender(sender)).toBe(false);
  });
});
