/** The lines about what every user needs to transcribe: facts in, lines out. Pure. */
import { fetchCommand, restoreCommand } from '../../models/command.mjs';
import type { DoctorLine } from '../../shared/doctor.js';

export interface ModelFacts {
  readonly id: string;
  readonly name: string;
  readonly state: 'ready' | 'missing' | 'corrupt';
  /** Without it nothing, or nothing by default, can be transcribed. */
  readonly isNeeded: boolean;
}

export interface EngineFacts {
  /** The name of the kernels chosen for this CPU, or why the native engine cannot be loaded. */
  readonly native: { readonly kernels: string } | { readonly reason: string };
  readonly onnx: { readonly version: string } | { readonly reason: string };
  readonly ffmpegPath: string | null;
  readonly models: readonly ModelFacts[];
  readonly voiceDetector: ModelFacts;
  readonly disk: { readonly folder: string; readonly freeBytes: number } | null;
  /** Debian's way, or null where packages come otherwise. */
  readonly hasApt: boolean;
  /** From a package: there is neither npm nor a source to build then. */
  readonly isInstalled: boolean;
}

/** What a long recording's transcript, its sound and a model's packed weights take at most. */
const FREE_BYTES_NEEDED = 1_000_000_000;
const GIGABYTE = 1_000_000_000;

type Finding = Pick<DoctorLine, 'state' | 'found' | 'cause' | 'fix'>;

export function judgeEngine(facts: EngineFacts): readonly DoctorLine[] {
  const line = (id: string, title: string, finding: Finding): DoctorLine => ({
    id,
    part: 'engine',
    title,
    ...finding,
  });
  return [
    line('engine.native', 'Native engine', judgeNative(facts)),
    line('engine.onnx', 'ONNX Runtime', judgeOnnx(facts)),
    line('engine.ffmpeg', 'ffmpeg', judgeFfmpeg(facts)),
    ...facts.models.map((model) =>
      line(`engine.model.${model.id}`, `Model ${model.id}`, judgeModel(model, facts)),
    ),
    line('engine.voice-detector', 'Voice detector', judgeVoiceDetector(facts)),
    line('engine.disk', 'Disk', judgeDisk(facts)),
  ];
}

function good(found: string): Finding {
  return { state: 'pass', found, cause: null, fix: null };
}

function judgeNative(facts: EngineFacts): Finding {
  const { native } = facts;
  if ('kernels' in native) return good(`loaded, with the kernels ${native.kernels}`);
  return {
    state: 'fail',
    found: native.reason,
    cause: 'The slower ONNX Runtime is used in its place, without times of words.',
    fix: restoreCommand('npm run build', facts.isInstalled),
  };
}

function judgeOnnx(facts: EngineFacts): Finding {
  const { onnx, native } = facts;
  if ('version' in onnx) return good(onnx.version);
  const isNeeded = 'reason' in native;
  return {
    state: isNeeded ? 'fail' : 'skip',
    found: onnx.reason,
    cause: isNeeded ? 'Neither engine can be loaded.' : 'The native engine does its work.',
    fix: isNeeded ? restoreCommand('npm ci', facts.isInstalled) : null,
  };
}

function judgeFfmpeg({ ffmpegPath, hasApt }: EngineFacts): Finding {
  if (ffmpegPath !== null) return good(ffmpegPath);
  return {
    state: 'fail',
    found: 'not found',
    cause: 'Without ffmpeg and ffprobe only WAV files can be read.',
    fix: hasApt ? 'sudo apt-get install -y ffmpeg' : 'Install the package ffmpeg of this distribution.',
  };
}

function judgeModel({ id, name, state, isNeeded }: ModelFacts, { isInstalled }: EngineFacts): Finding {
  const fix = fetchCommand(id, isInstalled);
  switch (state) {
    case 'ready':
      return good(`${name}, complete and verified`);
    case 'corrupt':
      return { state: 'fail', found: 'damaged', cause: 'Its files are not those of the catalogue.', fix };
    case 'missing':
      return isNeeded
        ? { state: 'fail', found: 'not installed', cause: 'It is the model used by default.', fix }
        : { state: 'skip', found: 'not installed', cause: null, fix };
  }
}

function judgeVoiceDetector(facts: EngineFacts): Finding {
  const { name, state } = facts.voiceDetector;
  if (state === 'ready') return good(`${name}, complete and verified`);
  return {
    state: 'fail',
    found: state === 'missing' ? 'not installed' : 'damaged',
    cause: 'Stretches without speech are transcribed as well, for which Whisper invents words.',
    fix: restoreCommand('npm run setup', facts.isInstalled),
  };
}

function judgeDisk({ disk }: EngineFacts): Finding {
  if (disk === null) return { state: 'skip', found: 'unknown', cause: null, fix: null };
  const found = `${(disk.freeBytes / GIGABYTE).toFixed(1)} GB free in ${disk.folder}`;
  if (disk.freeBytes >= FREE_BYTES_NEEDED) return good(found);
  return {
    state: 'fail',
    found,
    cause: 'Models and transcripts may not fit.',
    fix: 'Delete or move what is not needed on this disk; 1 GB is enough.',
  };
}
