/**
 * Which bytes of a file a player asked for (RFC 9110, section 14). In: the Range header and the length. Out: one
 * span of bytes, the whole, or that there is no such span. Pure.
 *
 * Electron's own file loader ignores Range, and then a player cannot seek (electron issue 38749).
 */
export type ByteRange =
  | { readonly kind: 'whole' }
  /** `end` is the last byte, as the header counts. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const ONE_RANGE = /^bytes=\s*(\d*)-(\d*)\s*$/;

/** Anything that is not a single range of bytes is answered with the whole, as the standard allows. */
export function parseRange(header: string | null, length: number): ByteRange {
  const [, first = '', last = ''] = ONE_RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') {
    const count = Number(last);
    if (count === 0 || length === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, length - count), end: length - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  if (start >= length) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: last === '' ? length - 1 : Math.min(Number(last), length - 1) };
}
