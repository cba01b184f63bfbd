import { describe, expect, it } from 'vitest';
import { ModelShelf } from '../../../src/main/models.js';
import type { ModelStore } from '../../../src/main/models.js';
import type { ModelStatus } from '../../../src/shared/contract.js';
import { AppError } from '../../../src/shared/errors.js';
import type { Failure } from '../../../src/shared/errors.js';

const MISSING: Failure = { code: 'model-missing', message: 'Not there.', remedy: 'Fetch it.' };
const CORRUPT: Failure = { code: 'model-corrupt', message: 'Damaged.', remedy: 'Fetch it again.' };

function setUp(
  found: Failure | null,
  overrides: Partial<ModelStore> = {},
  chosenFolder: string | null = null,
  now = () => 1_000,
) {
  let state = found;
  const pushes: ModelStatus[][] = [];
  const fetches: string[] = [];
  const store: ModelStore = {
    models: [{ id: 'base', name: 'Whisper base', sizeBytes: 79_000_000, devices: [] }],
    check: () => Promise.resolve(state),
    keptBytes: () => Promise.resolve(state === null ? 0 : 34_000_000),
    fetch: (id, { onProgress }) => {
      fetches.push(id);
      onProgress({ receivedBytes: 40_000_000, totalBytes: 79_000_000 });
      state = null;
      return Promise.resolve();
    },
    import: () => {
      state = null;
      return Promise.resolve();
    },
    remove: () => {
      state = { code: 'model-missing', message: 'Gone.', remedy: 'Fetch it.' };
      return Promise.resolve();
    },
    ...overrides,
  };
  const shelf = new ModelShelf({
    store,
    now,
    chooseFolder: () => Promise.resolve(chosenFolder),
    pushModels: (models) => pushes.push(models),
  });
  return { shelf, pushes, fetches };
}

describe('model shelf', () => {
  it.each([
    [null, 'ready'],
    [MISSING, 'missing'],
    [CORRUPT, 'corrupt'],
  ] as const)(
    'shows the state found at start (%j is %s) and fetches nothing by itself',
    async (found, state) => {
      const { shelf, fetches } = setUp(found);

      expect(await shelf.list()).toEqual([
        {
          id: 'base',
          name: 'Whisper base',
          sizeBytes: 79_000_000,
          devices: [],
          state,
          failure: found,
          progress: null,
          download: null,
          keptBytes: found === null ? 0 : 34_000_000,
        },
      ]);
      expect(fetches).toEqual([]);
      shelf.close();
    },
  );

  it('is ready after a repair, and fetches once for two requests', async () => {
    const { shelf, fetches } = setUp(CORRUPT);

    const outcomes = await Promise.all([shelf.repair('base'), shelf.repair('base')]);

    expect(outcomes).toEqual([{ ok: true }, { ok: true }]);
    expect(fetches).toEqual(['base']);
    expect(await shelf.list()).toMatchObject([{ state: 'ready', failure: null, progress: null }]);
    shelf.close();
  });

  it('says why a repair failed and keeps the state it found', async () => {
    const { shelf } = setUp(MISSING, {
      fetch: () => Promise.reject(new AppError('model-fetch-failed', 'No network.', 'Connect.')),
    });

    const outcome = await shelf.repair('base');

    expect(outcome).toMatchObject({ ok: false, failure: { code: 'model-fetch-failed' } });
    expect(await shelf.list()).toMatchObject([
      { state: 'missing', failure: { code: 'model-fetch-failed' }, progress: null },
    ]);
    shelf.close();
  });

  it('changes nothing when the import dialog is closed, and knows no other model', async () => {
    const { shelf } = setUp(MISSING);

    expect(await shelf.import('base')).toEqual({ ok: true });
    expect(await shelf.list()).toMatchObject([{ state: 'missing' }]);
    expect(await shelf.repair('huge')).toMatchObject({ ok: false, failure: { code: 'model-unknown' } });
    shelf.close();
  });

  it('imports from the folder the user chose', async () => {
    const { shelf } = setUp(MISSING, {}, '/media/usb');

    expect(await shelf.import('base')).toEqual({ ok: true });
    expect(await shelf.list()).toMatchObject([{ state: 'ready' }]);
    shelf.close();
  });

  it('shows bytes, speed, the time left and what the network did while it downloads, and none of it after', async () => {
    let nowMs = 0;
    const pushes: ModelStatus[] = [];
    const { shelf } = setUp(
      MISSING,
      {
        fetch: async (_id, { onProgress, onNote }) => {
          for (const megabytes of [0, 10, 20, 30]) {
            onProgress({ receivedBytes: megabytes * 1e6, totalBytes: 80e6 });
            nowMs += 1_000;
          }
          onNote('The transfer stood still; trying again.');
          pushes.push(...(await shelf.list()));
        },
      },
      null,
      () => nowMs,
    );

    await shelf.repair('base');

    expect(pushes).toMatchObject([
      {
        state: 'fetching',
        progress: 30 / 80,
        download: {
          receivedBytes: 30e6,
          totalBytes: 80e6,
          bytesPerSecond: 10e6,
          remainingMs: 5_000,
          note: 'The transfer stood still; trying again.',
        },
      },
    ]);
    expect(await shelf.list()).toMatchObject([{ progress: null, download: null, keptBytes: 34_000_000 }]);
    shelf.close();
  });

  it('stops a download when the user says so, and keeps what arrived', async () => {
    const { shelf } = setUp(MISSING, {
      fetch: (_id, _listener, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    });
    await shelf.list();

    const outcome = shelf.repair('base');
    await Promise.resolve().then(() => undefined);
    await shelf.list();
    shelf.cancel('base');

    expect(await outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect(await shelf.list()).toMatchObject([{ state: 'missing', keptBytes: 34_000_000 }]);
    shelf.close();
  });
});
