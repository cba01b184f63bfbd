/**
 * The settings file. In: changes. Out: the settings, and word of each change. Saved whole or not at all; read field
 * by field, so that a field that is unknown or spoiled costs itself alone; a file that is no settings file at all
 * is set aside, never overwritten, and the person is told. Electron-free.
 */
import { readFile, rename } from 'node:fs/promises';
import { writeFileAtomically } from '../node/write-file.js';
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import { DEFAULT_SETTINGS, SettingsSchema } from '../shared/settings.js';
import type { LibrarySettings, Settings, SettingsPatch } from '../shared/settings.js';
import { readFields } from '../shared/stored-options.js';

export const SETTINGS_VERSION = 1;

type Fields = Readonly<Record<string, unknown>>;

/** What brings the fields of version n to n + 1, at index n - 1. */
const MIGRATIONS: readonly ((fields: Fields) => Fields)[] = [];

export interface SettingsOptions {
  readonly path: string;
  readonly pushNotice: (notice: Failure) => void;
  readonly pushSettings: (settings: Settings) => void;
}

export class SettingsStore {
  readonly #options: SettingsOptions;
  #current: Settings;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: SettingsOptions, current: Settings) {
    this.#options = options;
    this.#current = current;
  }

  static async open(options: SettingsOptions): Promise<SettingsStore> {
    return new SettingsStore(options, await readSettings(options));
  }

  get(): Settings {
    return this.#current;
  }

  /** Counts at once; a disk that refuses is told, and the change holds until the app ends. */
  async change(patch: SettingsPatch & Partial<LibrarySettings>): Promise<Settings> {
    this.#current = readFields<Settings>(SettingsSchema.entries, this.#current, patch);
    this.#options.pushSettings(this.#current);
    const text = `${JSON.stringify({ version: SETTINGS_VERSION, ...this.#current }, null, 2)}\n`;
    // One after the other: the last change is the one that stays.
    this.#saving = this.#saving.then(() => this.#save(text));
    await this.#saving;
    return this.#current;
  }

  async #save(text: string): Promise<void> {
    try {
      await writeFileAtomically(this.#options.path, text);
    } catch (thrown) {
      const { code, message, remedy } = toFailure(thrown);
      this.#options.pushNotice({ code, message: `The settings hold until you quit. ${message}`, remedy });
    }
  }
}

async function readSettings({ path, pushNotice }: SettingsOptions): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return DEFAULT_SETTINGS;
  }
  const settings = parseSettings(text);
  if (settings !== null) return settings;
  const aside = `${path}.damaged-${Date.now()}`;
  await rename(path, aside).catch(() => undefined);
  pushNotice({
    code: 'settings-damaged',
    message: `The settings could not be read, so they are as after installation. The file is kept as ${aside}.`,
    remedy: 'Set again what you need in Settings.',
  });
  return DEFAULT_SETTINGS;
}

/** Null when it is no settings file. */
export function parseSettings(text: string, migrations = MIGRATIONS): Settings | null {
  const raw = parseObject(text);
  if (raw === null) return null;
  const version = typeof raw['version'] === 'number' ? raw['version'] : SETTINGS_VERSION;
  const current = migrations
    .slice(Math.max(0, version - 1))
    .reduce((fields, migrate) => migrate(fields), raw);
  return readFields<Settings>(SettingsSchema.entries, DEFAULT_SETTINGS, current);
}

function parseObject(text: string): Fields | null {
  try {
    const raw: unknown = JSON.parse(text);
    return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      ? Object.fromEntries(Object.entries(raw))
      : null;
  } catch {
    return null;
  }
}
