/**
 * Where transcripts are saved: names are planned for all inputs before the first one is transcribed, so
 * that no file of this run overwrites another. Names are handled as latin1 text, which maps bytes to
 * characters one to one, because a file name may be in any encoding.
 */
import { basename } from 'node:path';
import { writeFileAtomically } from '../node/write-file.js';
import type { FilePath } from '../shared/engine-protocol.js';
import { FILE_NAME_LIMIT_BYTES, removeExtension } from '../shared/export/file-name.js';
import { exportFile } from '../shared/export/index.js';
import type { ExportFormat } from '../shared/export/index.js';
import type { Transcript } from '../shared/transcript.js';
import type { Input, OutputChoice } from './arguments.js';
import { toFilePath } from './raw-arguments.js';

const PARTIAL = '.partial';
const LONGEST_STEM_BYTES = FILE_NAME_LIMIT_BYTES - `${PARTIAL}.json`.length;

function toBytes(path: FilePath): Buffer {
  return typeof path === 'string' ? Buffer.from(path, 'utf8') : Buffer.from(path);
}

/** The input's own name without its folder, as latin1 text. */
function inputName(input: Input): string {
  return input.kind === 'stdin' ? 'stdin' : basename(toBytes(input.path).toString('latin1'));
}

/** The name to show for an input. */
export function describeInput(input: Input): string {
  return Buffer.from(inputName(input), 'latin1').toString('utf8');
}

/** At most `limit` bytes of latin1-decoded UTF-8, cut where a character ends. */
function cutName(name: string, limit: number): string {
  let end = limit;
  while (end > 0 && end < name.length && isContinuationByte(name.charCodeAt(end))) end -= 1;
  return name.slice(0, end);
}

/** Bytes of a UTF-8 character after its first: 10xxxxxx. */
function isContinuationByte(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function* stemCandidates(name: string): Generator<string, never> {
  yield cutName(removeExtension(name), LONGEST_STEM_BYTES);
  yield cutName(name, LONGEST_STEM_BYTES);
  for (let number = 2; ; number += 1) {
    const suffix = `.${number}`;
    yield cutName(name, LONGEST_STEM_BYTES - suffix.length) + suffix;
  }
}

function chooseStem(name: string, taken: ReadonlySet<string>): string {
  const candidates = stemCandidates(name);
  let stem = candidates.next().value;
  while (taken.has(stem) || taken.has(stem + PARTIAL)) stem = candidates.next().value;
  return stem;
}

/** One stem per input, all distinct: `talk.mp4` → `talk`, the next `talk.mp3` → `talk.mp3`. */
export function planStems(inputs: readonly Input[]): readonly string[] {
  const taken = new Set<string>();
  return inputs.map((input) => {
    const stem = chooseStem(inputName(input), taken);
    taken.add(stem).add(stem + PARTIAL);
    return stem;
  });
}

function outputPath(folder: FilePath, stem: string, format: ExportFormat, isPartial: boolean): FilePath {
  const name = Buffer.from(`${stem}${isPartial ? PARTIAL : ''}.${format}`, 'latin1');
  const folderBytes = toBytes(folder);
  // A bare name reads better in messages than ./name.
  const isHere = folderBytes.toString('latin1') === '.';
  return toFilePath(isHere ? name : Buffer.concat([folderBytes, Buffer.from('/'), name]));
}

/** Saves one transcript in every chosen format; returns the paths. Throws AppError. */
export async function saveTranscript(
  transcript: Transcript,
  stem: string,
  output: OutputChoice,
  isPartial: boolean,
): Promise<readonly FilePath[]> {
  const paths: FilePath[] = [];
  for (const format of output.formats) {
    const path = outputPath(output.folder, stem, format, isPartial);
    await writeFileAtomically(path, exportFile(transcript, format, output.shape));
    paths.push(path);
  }
  return paths;
}
