/**
 * Files named by text, as pasted or dropped: absolute paths, paths from the home folder (`~/talk.mp3`),
 * file:// addresses, one a line, with or without quotes; also the list that GNOME's file manager puts
 * on the clipboard, whose first line is "copy" or "cut". Pure.
 */

function unquote(line: string): string {
  const match = /^(["'])(.*)\1$/.exec(line);
  return match?.[2] ?? line;
}

function parseFileAddress(address: string): string | null {
  try {
    const url = new URL(address);
    if (url.hostname !== '' && url.hostname !== 'localhost') return null;
    return decodeURIComponent(url.pathname);
  } catch {
    // Not an address, or bytes that are not UTF-8: such a name can only be given by the file itself.
    return null;
  }
}

function parseLine(line: string, homeFolder: string): string | null {
  if (/^file:\/\//i.test(line)) return parseFileAddress(line);
  if (line.startsWith('~/')) return homeFolder === '' ? null : homeFolder + line.slice(1);
  return line.startsWith('/') ? line : null;
}

/** The paths in the order given, each once; lines that name no file are left out. */
export function parsePastedPaths(text: string, homeFolder: string): readonly string[] {
  const paths = text
    .split(/\r?\n/)
    .map((line) => unquote(line.trim()))
    .filter((line) => line !== '' && line !== 'copy' && line !== 'cut' && !line.startsWith('#'))
    .map((line) => parseLine(line, homeFolder))
    .filter((path) => path !== null);
  return [...new Set(paths)];
}
