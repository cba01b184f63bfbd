/** The parts of docs/performance.md that `npm run bench -- --write NAME` makes, between two comments. Pure. */

/** Throws an Error when the document has no such part. */
export function replaceSection(document: string, name: string, text: string): string {
  const begin = `<!-- bench:${name}:begin -->\n`;
  const end = `<!-- bench:${name}:end -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0)
    throw new Error(`docs/performance.md has no part "${name}": ${begin.trim()} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n${text.trim()}\n\n${document.slice(to)}`;
}
