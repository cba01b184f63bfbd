/**
 * The options that shape subtitles: `--max-line-width`, `--max-line-count` (as in openai/whisper) and
 * `--max-characters-per-second`.
 */
import * as v from 'valibot';
import { DEFAULT_SHAPE, ShapeOptionsSchema } from '../shared/shape.js';
import type { ShapeOptions } from '../shared/shape.js';
import { wrongUsage } from './wrong-usage.js';

const LIMITS = [
  { option: 'max-line-width', name: 'maxLineWidth', most: 1000 },
  { option: 'max-line-count', name: 'maxLineCount', most: 10 },
  { option: 'max-characters-per-second', name: 'maxCharactersPerSecond', most: 1000 },
] as const;
type Limit = (typeof LIMITS)[number];

/** Null when none of the limits is given; those that are not have their defaults. */
export function chooseShape(values: { readonly [O in Limit['option']]?: string }): ShapeOptions | null {
  if (LIMITS.every(({ option }) => values[option] === undefined)) return null;
  const shape = { ...DEFAULT_SHAPE };
  for (const limit of LIMITS) {
    const text = values[limit.option];
    if (text !== undefined) shape[limit.name] = chooseLimit(limit, text);
  }
  return shape;
}

function chooseLimit({ option, name, most }: Limit, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  const parsed = v.safeParse(ShapeOptionsSchema.entries[name], value);
  if (parsed.success) return parsed.output;
  throw wrongUsage(`--${option} must be a whole number from 1 to ${most}, not "${text}".`);
}
