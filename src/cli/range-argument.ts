/** `--clip-timestamps START,END` in seconds, as in openai/whisper, for one stretch. */
import * as v from 'valibot';
import { TranscribeOptionsSchema } from '../shared/options.js';
import type { TranscribeOptions } from '../shared/options.js';
import { SAMPLE_RATE_HZ } from '../shared/time.js';
import { wrongUsage } from './wrong-usage.js';

export function chooseRange(text: string | undefined): TranscribeOptions['range'] {
  if (text === undefined) return null;
  const seconds = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text.trim());
  const [start, end] = [seconds?.[1], seconds?.[2]].map((part) => Math.round(Number(part) * SAMPLE_RATE_HZ));
  const parsed = v.safeParse(TranscribeOptionsSchema.entries.range, { start, end });
  if (parsed.success) return parsed.output;
  throw wrongUsage(`--clip-timestamps must be START,END in seconds, the end after the start, not "${text}".`);
}
