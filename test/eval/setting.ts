/** What both measuring programs need of this machine: folders, the spelling table, their common options. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { findResourcesFolder } from '../../src/cli/product-folder.js';
import { modelsFolder } from '../../src/models/store.mjs';
import type { EngineConfig } from '../../src/engine/engine.js';
import { DEFAULT_OPTIONS, DEVICES } from '../../src/shared/options.js';
import type { DeviceChoice } from '../../src/shared/options.js';
import type { Spellings } from './normalize-english.js';

export function findFolders(): EngineConfig {
  return {
    resourcesFolder: findResourcesFolder(process.env, import.meta.url),
    modelsFolder: modelsFolder(process.env),
  };
}

/** British to American spellings, as they come with the default model; others need not have them. */
export async function readSpellings(modelFolder: string): Promise<Spellings> {
  const data: unknown = JSON.parse(await readFile(join(modelFolder, 'normalizer.json'), 'utf8'));
  return new Map(Object.entries(v.parse(v.record(v.string(), v.string()), data)));
}

export function readDevice(text: string | undefined): DeviceChoice {
  const device = DEVICES.find((known) => known === (text ?? DEFAULT_OPTIONS.device));
  if (device === undefined) throw new Error(`--device must be one of ${DEVICES.join(', ')}`);
  return device;
}

export function readWholeNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${option} must be a whole number, not "${text}"`);
}
