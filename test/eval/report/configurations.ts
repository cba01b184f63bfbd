/** What the report compares: our engine in every way it decodes, and the peers. Data only. */
import type { Guard } from '../../../src/engine/decoding/guards.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import type { TranscribeOptions } from '../../../src/shared/options.js';

/** In the order they are heard. */
export const PARTS = ['recordings', 'joined', 'invented', 'delayed'] as const;
export type Part = (typeof PARTS)[number];

type OwnOptions = Pick<
  TranscribeOptions,
  'model' | 'device' | 'batchSize' | 'beamSize' | 'bestOf' | 'vad' | 'threads'
>;

interface Common {
  readonly id: string;
  readonly label: string;
  /** What it hears. */
  readonly parts: readonly Part[];
  /** It hears English alone. */
  readonly isEnglishOnly: boolean;
}
export type Configuration =
  | (Common & {
      readonly kind: 'own';
      readonly options: OwnOptions;
      readonly guardsLeftOut: readonly Guard[];
    })
  | (Common & { readonly kind: 'transformers.js' })
  | (Common & { readonly kind: 'whisper.cpp' });

const BATCH = 8;
const BEAMS = 5;
const ALL: readonly Part[] = ['recordings', 'joined', 'invented'];
/** Those of which the difference on short recordings is as small as chance. */
const ALL_AND_DELAYED: readonly Part[] = PARTS;
const DECODED: readonly Part[] = ['recordings'];

interface Way {
  readonly model: 'base' | 'base.en' | 'tiny';
  readonly device: 'cpu' | 'onnx';
  readonly isBatched: boolean;
  readonly hasBeams: boolean;
}

function createOwn(
  way: Way,
  parts: readonly Part[],
  change: Partial<OwnOptions> = {},
  name = '',
): Configuration {
  const { model, device, isBatched, hasBeams } = way;
  const id = [
    device,
    ...(model === 'base' ? [] : [model]),
    ...(isBatched ? ['batched'] : []),
    ...(hasBeams ? ['beam5'] : []),
    ...(name === '' ? [] : [name]),
  ];
  const label = [
    `${device}, ${model}`,
    isBatched ? `batched ${BATCH}` : 'in order',
    hasBeams ? `beam ${BEAMS}` : 'greedy',
    ...(name === '' ? [] : [name.replaceAll('-', ' ')]),
  ];
  const { bestOf, vad, threads } = DEFAULT_OPTIONS;
  const batchSize = isBatched ? BATCH : 1;
  const beamSize = hasBeams ? BEAMS : 1;
  return {
    kind: 'own',
    id: id.join('-'),
    label: label.join(', '),
    parts,
    isEnglishOnly: model === 'base.en',
    options: { model, device, batchSize, beamSize, bestOf, vad, threads, ...change },
    guardsLeftOut: [],
  };
}

const PLAIN: Way = { model: 'base', device: 'cpu', isBatched: false, hasBeams: false };
const BATCHED: Way = { ...PLAIN, isBatched: true };
const BEAM: Way = { ...PLAIN, hasBeams: true };
const ONNX: Way = { ...PLAIN, device: 'onnx' };
const ENGLISH: Way = { ...PLAIN, model: 'base.en' };
const TINY: Way = { ...PLAIN, model: 'tiny' };
const VAD_OFF = 'vad-off';
const NO_VAD = { vad: 'off' } as const;

/** A guard is left out where it has the most to do. */
interface LeftOut {
  readonly guard: Guard;
  readonly question: string;
  /** Without the detector, which else keeps from the decoder what these gates are for. */
  readonly isUnheard: boolean;
}

const LEFT_OUT: readonly LeftOut[] = [
  { guard: 'loop', question: 'loop detector, vad off', isUnheard: true },
  { guard: 'no-speech', question: 'no-speech gate, vad off', isUnheard: true },
  { guard: 'log-probability', question: 'log-probability gate, vad off', isUnheard: true },
  { guard: 'compression', question: 'compression gate, vad off', isUnheard: true },
  { guard: 'prompt-echo', question: 'prompt echo, vad off', isUnheard: true },
  { guard: 'heard-speech', question: 'no gate where speech is heard', isUnheard: false },
  { guard: 'late-speech', question: 'late speech', isUnheard: false },
  { guard: 'silent-rest', question: 'silent rest', isUnheard: false },
  { guard: 'silent-text', question: 'text in silence', isUnheard: false },
];

function nameWithout(guard: Guard): string {
  return `without-${guard}`;
}

function createWithout({ guard, isUnheard }: LeftOut): Configuration {
  const configuration = isUnheard
    ? createOwn(PLAIN, ['recordings', 'invented'], NO_VAD, `${VAD_OFF}-${nameWithout(guard)}`)
    : createOwn(PLAIN, ['recordings', 'joined'], {}, nameWithout(guard));
  return configuration.kind === 'own' ? { ...configuration, guardsLeftOut: [guard] } : configuration;
}

/**
 * In the order of the report and, nearly, of the run (run-work.ts). It takes more than an hour of two idle cores
 * where the peers' part is known; more ways to decode than these would double that and say little new.
 */
export const CONFIGURATIONS: readonly Configuration[] = [
  createOwn(PLAIN, ALL),
  createOwn(BEAM, ['recordings', 'joined']),
  createOwn(BATCHED, ALL),
  createOwn({ ...BATCHED, hasBeams: true }, DECODED),
  createOwn(ONNX, DECODED),
  // The English-only model comes as a ggml file, which ONNX Runtime cannot run.
  createOwn(ENGLISH, ALL_AND_DELAYED),
  createOwn({ ...ENGLISH, hasBeams: true }, DECODED),
  createOwn(TINY, DECODED),
  createOwn(PLAIN, ALL, NO_VAD, VAD_OFF),
  createOwn(BATCHED, DECODED, NO_VAD, VAD_OFF),
  createOwn(PLAIN, DECODED, { bestOf: 1 }, 'best-of-1'),
  ...LEFT_OUT.map(createWithout),
  {
    kind: 'transformers.js',
    id: 'transformers.js',
    label: 'transformers.js, base, greedy',
    parts: ALL,
    isEnglishOnly: false,
  },
  {
    kind: 'whisper.cpp',
    id: 'whisper.cpp-q8',
    label: 'whisper.cpp, base.en q8_0, greedy',
    parts: ALL_AND_DELAYED,
    isEnglishOnly: true,
  },
];

/** Differences that answer a question: the first against the second, by their ids. */
export interface Comparison {
  readonly question: string;
  readonly first: string;
  readonly second: string;
}

export const COMPARISONS: readonly Comparison[] = [
  { question: 'against transformers.js, same weights', first: 'cpu', second: 'transformers.js' },
  { question: 'against whisper.cpp, same model', first: 'cpu-base.en', second: 'whisper.cpp-q8' },
  { question: 'beam 5 against greedy', first: 'cpu-beam5', second: 'cpu' },
  { question: 'beam 5 against greedy, batched', first: 'cpu-batched-beam5', second: 'cpu-batched' },
  { question: 'beam 5 against greedy, base.en', first: 'cpu-base.en-beam5', second: 'cpu-base.en' },
  { question: 'batched against in order', first: 'cpu-batched', second: 'cpu' },
  { question: 'ONNX Runtime against the native engine', first: 'onnx', second: 'cpu' },
  { question: 'base.en against base', first: 'cpu-base.en', second: 'cpu' },
  { question: 'tiny against base', first: 'cpu-tiny', second: 'cpu' },
];

/** What a guard changes: the engine as it is against the one without it. */
export const ABLATIONS: readonly Comparison[] = [
  { question: 'voice activity detection, in order', first: 'cpu', second: 'cpu-vad-off' },
  { question: 'voice activity detection, batched', first: 'cpu-batched', second: 'cpu-batched-vad-off' },
  { question: 'best of 5 samples when hotter, not 1', first: 'cpu', second: 'cpu-best-of-1' },
  ...LEFT_OUT.map((leftOut) => ({
    question: leftOut.question,
    first: leftOut.isUnheard ? `cpu-${VAD_OFF}` : 'cpu',
    second: createWithout(leftOut).id,
  })),
];
