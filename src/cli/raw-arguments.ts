/**
 * The bytes of the command line. Node decodes arguments as UTF-8 and loses bytes that are not, but a
 * Linux file name may hold any byte; the kernel still has them in /proc/self/cmdline.
 */
import { readFileSync } from 'node:fs';
import type { FilePath } from '../shared/engine-protocol.js';

const NUL = 0;

function splitAtNul(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NUL); end !== -1; end = bytes.indexOf(NUL, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

/**
 * The bytes behind each decoded argument: the last entries of `commandLine` (NUL after each entry).
 * Where they do not decode to what Node gave us (a process may rename itself), the decoded text wins.
 */
export function matchRawArguments(
  commandLine: Uint8Array,
  decoded: readonly string[],
): readonly Uint8Array[] {
  const entries = splitAtNul(commandLine);
  const offset = entries.length - decoded.length;
  return decoded.map((text, index) => {
    const entry = entries[offset + index];
    const isSame = entry !== undefined && Buffer.from(entry).toString('utf8') === text;
    return isSame ? entry : Buffer.from(text, 'utf8');
  });
}

export function readRawArguments(decoded: readonly string[]): readonly Uint8Array[] {
  try {
    return matchRawArguments(readFileSync('/proc/self/cmdline'), decoded);
  } catch {
    // No /proc (a hardened container): names that are UTF-8 still work.
    return matchRawArguments(new Uint8Array(), decoded);
  }
}

/** Text when the bytes are UTF-8, else the bytes themselves. */
export function toFilePath(bytes: Uint8Array): FilePath {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Uint8Array.from(bytes);
  }
}
