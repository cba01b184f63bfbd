/**
 * The limits of subtitles. The defaults for lines are those of broadcasters and of Netflix's Timed Text
 * Style Guide (general and English requirements, https://partnerhelp.netflixstudios.com/hc/articles/215758617
 * and 217350977): 2 lines of 42 characters, 20 characters a second, 5/6 s to 7 s, 2 frames between two.
 */
import * as v from 'valibot';

export const ShapeOptionsSchema = v.strictObject({
  /** Characters on a line; a full-width character (Chinese, Japanese, Korean) counts as two. */
  maxLineWidth: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1000)),
  maxLineCount: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(10)),
  /** Reading speed, counted as for `maxLineWidth`. */
  maxCharactersPerSecond: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)),
  /** A subtitle stays at least so long where the next one leaves room. */
  minDurationMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(60_000)),
  maxDurationMs: v.pipe(v.number(), v.safeInteger(), v.minValue(100), v.maxValue(600_000)),
  /** Empty time between two subtitles, so that the eye sees the change. */
  minGapMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000)),
});
export type ShapeOptions = v.InferOutput<typeof ShapeOptionsSchema>;

export const DEFAULT_SHAPE: ShapeOptions = {
  maxLineWidth: 42,
  maxLineCount: 2,
  maxCharactersPerSecond: 20,
  minDurationMs: 833,
  maxDurationMs: 7000,
  minGapMs: 80,
};
