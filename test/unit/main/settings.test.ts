import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettings, SettingsStore } from '../../../src/main/settings.js';
import type { Failure } from '../../../src/shared/errors.js';
import { DEFAULT_SETTINGS, optionsFromSettings, SettingsSchema } from '../../../src/shared/settings.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-settings-'));
  path = join(folder, 'settings.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function open(file = path) {
  const notices: Failure[] = [];
  const store = await SettingsStore.open({
    path: file,
    pushNotice: (notice) => notices.push(notice),
    pushSettings: () => undefined,
  });
  return { store, notices };
}

describe('settings', () => {
  it('are at most twenty, and as documented without a file', async () => {
    const { store, notices } = await open();

    expect(store.get()).toEqual(DEFAULT_SETTINGS);
    expect(Object.keys(SettingsSchema.entries).length).toBeLessThanOrEqual(20);
    expect(notices).toEqual([]);
  });

  it('hold from one start to the next, and changes made at once do not undo each other', async () => {
    const { store } = await open();
    await Promise.all([
      store.change({ theme: 'dark' }),
      store.change({ threads: 3 }),
      store.change({ theme: 'light' }),
    ]);

    expect((await open()).store.get()).toEqual({ ...DEFAULT_SETTINGS, theme: 'light', threads: 3 });
  });

  it('lose one field to a value that is not allowed, and keep the others', () => {
    const text = JSON.stringify({ version: 1, theme: 'neon', threads: 3, unknown: true });

    expect(parseSettings(text)).toEqual({ ...DEFAULT_SETTINGS, threads: 3 });
  });

  it('of an older version are brought forward, one step after the other', () => {
    const rename = (fields: Readonly<Record<string, unknown>>) => ({ ...fields, theme: fields['look'] });

    expect(parseSettings('{"version":1,"look":"dark"}', [rename])?.theme).toBe('dark');
    expect(parseSettings('{"version":2,"look":"dark"}', [rename])?.theme).toBe('system');
  });

  it.each(['{"theme": "da', '[]', 'null', ''])(
    'that are no settings (%s) are set aside and said so',
    async (text) => {
      writeFileSync(path, text);

      const { store, notices } = await open();

      expect(store.get()).toEqual(DEFAULT_SETTINGS);
      expect(notices.map(({ code }) => code)).toEqual(['settings-damaged']);
      const aside = readdirSync(folder).filter((name) => name.includes('.damaged-'));
      expect(aside.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([text]);
    },
  );

  it('count though the disk refuses them, and that is said', async () => {
    const { store, notices } = await open(join(folder, 'not', 'there.json'));

    await store.change({ theme: 'dark' });

    expect(store.get().theme).toBe('dark');
    expect(notices).toHaveLength(1);
  });

  it('make the options of the next file', () => {
    const settings = { ...DEFAULT_SETTINGS, search: 'thorough', language: 'de' } as const;

    expect(optionsFromSettings(settings)).toMatchObject({ beamSize: 5, language: 'de', model: 'base' });
  });
});
