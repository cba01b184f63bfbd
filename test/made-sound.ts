/**
 * Sound without speech, made from numbers so that it is the same everywhere: what Whisper likes to fill with
 * words. 16 kHz mono float32 in [-1, 1].
 */
import { SAMPLE_RATE_HZ } from '../src/shared/time.js';

export const NOISE_COLOURS = ['white', 'pink', 'brown'] as const;
export type NoiseColour = (typeof NOISE_COLOURS)[number];

export function makeSilence(seconds: number): Float32Array {
  return new Float32Array(seconds * SAMPLE_RATE_HZ);
}

/** @param level root mean square, e.g. 0.003 for a quiet room (-50 dB of full scale). */
export function makeNoise(colour: NoiseColour, seconds: number, level: number): Float32Array {
  const random = createRandom(1);
  const samples = new Float32Array(seconds * SAMPLE_RATE_HZ);
  const next = { white: () => 2 * random() - 1, pink: createPink(random), brown: createBrown(random) }[
    colour
  ];
  let energy = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = next();
    samples[i] = sample;
    energy += sample * sample;
  }
  const gain = level / Math.sqrt(energy / samples.length);
  return samples.map((sample) => Math.max(-1, Math.min(1, sample * gain)));
}

export function makeTone(hertz: number, seconds: number, amplitude: number): Float32Array {
  return Float32Array.from(
    { length: seconds * SAMPLE_RATE_HZ },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / SAMPLE_RATE_HZ),
  );
}

/** What a telephone plays; two tones at once, or one, on and off. */
export interface Signal {
  readonly hertz: readonly number[];
  readonly onSeconds: number;
  /** 0: without a pause. */
  readonly offSeconds: number;
}

/** 350 and 440 Hz without a pause (ITU-T E.180, Supplement 2: dial tone of North America). */
export const DIAL_TONE: Signal = { hertz: [350, 440], onSeconds: 1, offSeconds: 0 };
/** 480 and 620 Hz, half a second on, half a second off (ITU-T E.180, Supplement 2: its busy tone). */
export const BUSY_TONE: Signal = { hertz: [480, 620], onSeconds: 0.5, offSeconds: 0.5 };
/** As an answering machine beeps, again and again. */
export const BEEPS: Signal = { hertz: [1000], onSeconds: 0.3, offSeconds: 1.7 };

/** @param amplitude of all its tones together, at most. */
export function makeSignal(signal: Signal, seconds: number, amplitude: number): Float32Array {
  const { hertz, onSeconds, offSeconds } = signal;
  return Float32Array.from({ length: seconds * SAMPLE_RATE_HZ }, (_, i) => {
    const time = i / SAMPLE_RATE_HZ;
    if (time % (onSeconds + offSeconds) >= onSeconds) return 0;
    const sum = hertz.reduce((total, each) => total + Math.sin(2 * Math.PI * each * time), 0);
    return (amplitude * sum) / hertz.length;
  });
}

const DIGIT_ROWS = [697, 770, 852, 941] as const;
const DIGIT_COLUMNS = [1209, 1336, 1477] as const;
/** As long as a person presses a key, and the same between. */
const DIGIT_SECONDS = 0.15;

/** A telephone that is dialled on and on: two tones for each digit (ITU-T Q.23), digits drawn. */
export function makeDialling(seconds: number, amplitude: number): Float32Array {
  const random = createRandom(2);
  const samples = new Float32Array(seconds * SAMPLE_RATE_HZ);
  for (let start = 0; start < seconds; start += 2 * DIGIT_SECONDS) {
    const hertz = [DIGIT_ROWS, DIGIT_COLUMNS].map((list) => list[Math.floor(random() * list.length)]!);
    const digit = makeSignal({ hertz, onSeconds: 1, offSeconds: 0 }, DIGIT_SECONDS, amplitude);
    const first = Math.round(start * SAMPLE_RATE_HZ);
    samples.set(digit.subarray(0, samples.length - first), first);
  }
  return samples;
}

/** A loop of a bad cable: 50 Hz and what a rectifier makes of it. */
export function makeHum(seconds: number, amplitude: number): Float32Array {
  return Float32Array.from({ length: seconds * SAMPLE_RATE_HZ }, (_, i) => {
    let sample = 0;
    for (let harmonic = 1; harmonic <= 9; harmonic += 2) {
      sample += Math.sin((2 * Math.PI * 50 * harmonic * i) / SAMPLE_RATE_HZ) / harmonic;
    }
    return amplitude * sample;
  });
}

const BEAT_SECONDS = 0.5;
/** MIDI notes of four chords, a bar of four beats each: A minor, F, C, G. */
const CHORDS = [
  [57, 60, 64],
  [53, 57, 60],
  [48, 52, 55],
  [55, 59, 62],
] as const;

/** A band of strings, bass, melody with vibrato, and drums, at 120 beats a minute. */
export function makeMusic(seconds: number): Float32Array {
  const samples = new Float32Array(seconds * SAMPLE_RATE_HZ);
  const random = createRandom(3);
  for (let beat = 0; beat * BEAT_SECONDS < seconds; beat++) {
    const start = beat * BEAT_SECONDS;
    const chord = CHORDS[Math.floor(beat / 4) % 4]!;
    if (beat % 4 === 0) {
      for (const note of chord) {
        addNote(samples, { note, start, seconds: 4 * BEAT_SECONDS, amplitude: 0.06, decay: 0.7, vibrato: 0 });
      }
    }
    addNote(samples, {
      note: chord[0] - 12,
      start,
      seconds: BEAT_SECONDS,
      amplitude: 0.12,
      decay: 2,
      vibrato: 0,
    });
    const melody = chord[Math.floor(random() * 3)]! + 12 * (1 + Math.floor(random() * 2));
    addNote(samples, {
      note: melody,
      start,
      seconds: BEAT_SECONDS,
      amplitude: 0.1,
      decay: 0.5,
      vibrato: 0.8,
    });
    if (beat % 2 === 1) addBurst(samples, start, 0.15, random);
    addBurst(samples, start + BEAT_SECONDS / 2, 0.04, random);
  }
  return samples;
}

interface Note {
  /** MIDI number: 69 is 440 Hz. */
  readonly note: number;
  readonly start: number;
  readonly seconds: number;
  readonly amplitude: number;
  /** Per second, of the exponential. */
  readonly decay: number;
  /** Radians of phase, at 5.5 Hz. */
  readonly vibrato: number;
}

function addNote(samples: Float32Array, { note, start, seconds, amplitude, decay, vibrato }: Note): void {
  const hertz = 440 * 2 ** ((note - 69) / 12);
  const first = Math.floor(start * SAMPLE_RATE_HZ);
  const last = Math.min(samples.length, first + Math.floor(seconds * SAMPLE_RATE_HZ));
  for (let i = first; i < last; i++) {
    const time = (i - first) / SAMPLE_RATE_HZ;
    const edge = Math.min(1, time / 0.01, (seconds - time) / 0.03);
    const sway = vibrato * Math.sin(2 * Math.PI * 5.5 * time);
    let sample = 0;
    for (let harmonic = 1; harmonic <= 5; harmonic++) {
      sample += Math.sin(harmonic * (2 * Math.PI * hertz * time + sway)) / harmonic;
    }
    samples[i] = samples[i]! + amplitude * edge * Math.exp(-decay * time) * sample;
  }
}

/** A snare drum or a hi-hat, depending on its amplitude. */
function addBurst(samples: Float32Array, start: number, amplitude: number, random: () => number): void {
  const first = Math.floor(start * SAMPLE_RATE_HZ);
  const last = Math.min(samples.length, first + SAMPLE_RATE_HZ / 8);
  for (let i = first; i < last; i++) {
    samples[i] = samples[i]! + amplitude * (2 * random() - 1) * Math.exp(-(i - first) / 400);
  }
}

/** Falls by 3 dB an octave: P. Kellet's filter (https://www.firstpr.com.au/dsp/pink-noise, "pk3"). */
function createPink(random: () => number): () => number {
  const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616];
  const gains = [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898];
  const states = poles.map(() => 0);
  let late = 0;
  return () => {
    const white = 2 * random() - 1;
    let sum = late + 0.5362 * white;
    for (const [index, pole] of poles.entries()) {
      states[index] = pole * states[index]! + gains[index]! * white;
      sum += states[index];
    }
    late = 0.115926 * white;
    return sum;
  };
}

/** Falls by 6 dB an octave: white noise summed up, with a leak that keeps it near zero. */
function createBrown(random: () => number): () => number {
  let state = 0;
  return () => {
    state = (state + 0.02 * (2 * random() - 1)) / 1.02;
    return state;
  };
}

/** mulberry32 (T. Ettinger, public domain): numbers in [0, 1), the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
