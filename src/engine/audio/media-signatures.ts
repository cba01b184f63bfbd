/**
 * The first bytes of the common containers. Used only to choose between "damaged" and "not a
 * recording" when ffmpeg understands nothing: how a file is read is ffmpeg's decision.
 */

const SIGNATURES: readonly { readonly offset: number; readonly text: string }[] = [
  { offset: 4, text: 'ftyp' },
  { offset: 4, text: 'moov' },
  { offset: 4, text: 'mdat' },
  { offset: 0, text: 'fLaC' },
  { offset: 0, text: 'OggS' },
  { offset: 0, text: '\x1a\x45\xdf\xa3' }, // EBML: Matroska, WebM
  { offset: 0, text: 'ID3' },
  { offset: 0, text: 'RIFF' },
  { offset: 0, text: 'FORM' },
  { offset: 0, text: '\x30\x26\xb2\x75\x8e\x66\xcf\x11' }, // ASF: WMA, WMV
  { offset: 0, text: 'caff' },
  { offset: 0, text: 'FLV' },
  { offset: 0, text: '#!AMR' },
  { offset: 0, text: 'MAC ' },
  { offset: 0, text: 'wvpk' },
];

export function isKnownMedia(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 16));
  return SIGNATURES.some((signature) => text.startsWith(signature.text, signature.offset));
}
