/** A recording long enough to stop in its middle: speech with pauses, in two languages where the corpus is there. */
import { join } from 'node:path';
import { CORPUS, KENNEDY, readManifest } from '../speech.js';
import { joinSounds, readSound } from './joined-sound.js';

const RATE = 16_000;

/** @param seconds at least so long. */
export async function makeLongSound(seconds: number): Promise<Float32Array> {
  const paths = listSpeech();
  const parts: Float32Array[] = [];
  let length = 0;
  for (let index = 0; length < seconds * RATE; index++) {
    const sound = await readSound(paths[index % paths.length]!);
    // Every fourth pause is long enough to be skipped.
    const pause = new Float32Array((index % 4 === 3 ? 7 : 0.6) * RATE);
    parts.push(sound, pause);
    length += sound.length + pause.length;
  }
  return joinSounds(parts);
}

/** English first, then now and then a sentence in German. */
function listSpeech(): readonly string[] {
  if (CORPUS === null) return [KENNEDY];
  const corpus = CORPUS;
  const lines = readManifest(corpus, 'dev').filter(({ seconds }) => seconds > 3 && seconds < 16);
  const pick = (language: string, count: number): readonly string[] =>
    lines
      .filter((line) => line.language === language)
      .slice(0, count)
      .map(({ file }) => join(corpus, 'dev', file));
  const german = pick('de', 6);
  const english = pick('en', 60);
  return english.flatMap((path, index) => {
    const foreign = index % 8 === 7 ? german[Math.floor(index / 8) % Math.max(1, german.length)] : undefined;
    return foreign === undefined ? [path] : [path, foreign];
  });
}
