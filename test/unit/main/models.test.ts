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
) {
  let state = found;
  const pushes: ModelStatus[][] = [];
  const fetches: string[] = [];
  const store: ModelStore = {
    models: [{ id: 'base', name: 'Whisper base', sizeBytes: 79_000_000, devices: [] }],
    check: () => Promise.resolve(state),
    fetch: (id, onProgress) => {
      fetches.push(id);
      onProgress(0.5);
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
});
