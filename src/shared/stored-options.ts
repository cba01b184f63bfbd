/**
 * Options and the like as they are read from a disk: written by this version, an older or a newer one. Each field
 * is taken on its own, so that one that is unknown, missing or no longer allowed costs that field alone. Pure.
 */
import * as v from 'valibot';
import { DEFAULT_OPTIONS, TranscribeOptionsSchema } from './options.js';
import type { TranscribeOptions } from './options.js';

/** The fields of `raw` that fit, the defaults for the others. */
export function readFields<T extends object>(
  entries: { readonly [K in keyof T]: v.GenericSchema<unknown, T[K]> },
  defaults: T,
  raw: unknown,
): T {
  if (typeof raw !== 'object' || raw === null) return { ...defaults };
  const found = new Map<string, unknown>(Object.entries(raw));
  const result = { ...defaults };
  for (const key of Object.keys(entries) as (keyof T & string)[]) {
    const schema: v.GenericSchema<unknown, T[typeof key]> = entries[key];
    const parsed = v.safeParse(schema, found.get(key));
    if (found.has(key) && parsed.success) result[key] = parsed.output;
  }
  return result;
}

export const StoredOptionsSchema = v.pipe(
  v.unknown(),
  v.transform((raw) => readFields<TranscribeOptions>(TranscribeOptionsSchema.entries, DEFAULT_OPTIONS, raw)),
);
