/** What both measuring programs need of this machine: folders, the spelling table. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { findResourcesFolder } from '../../src/cli/product-folder.js';
import { modelsFolder } from '../../src/models/store.mjs';
import type { EngineConfig } from '../../src/engine/engine.js';
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
