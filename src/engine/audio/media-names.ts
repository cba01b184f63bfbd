/** What people call containers, codecs, rates and channels; "MP4 video, AAC, 44.1 kHz mono". */

/** ffmpeg's codec names, where upper case alone would not do. */
const CODECS: Readonly<Record<string, string>> = {
  alac: 'Apple Lossless',
  amr_nb: 'AMR',
  amr_wb: 'AMR wideband',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  gsm_ms: 'GSM',
  opus: 'Opus',
  speex: 'Speex',
  truehd: 'Dolby TrueHD',
  vorbis: 'Vorbis',
  wavpack: 'WavPack',
  wmav1: 'WMA',
  wmav2: 'WMA',
  wmapro: 'WMA Pro',
  wmalossless: 'WMA Lossless',
  wmavoice: 'WMA Voice',
};

/** By the first of ffmpeg's format names, where upper case alone would not do. */
const CONTAINERS: Readonly<Record<string, string>> = {
  asf: 'Windows Media',
  matroska: 'Matroska',
  mov: 'MP4',
  mpegts: 'MPEG-TS',
  mpeg: 'MPEG',
  ogg: 'Ogg',
  w64: 'Wave64',
};

const WEBM_CODECS = new Set(['opus', 'vorbis', 'vp8', 'vp9', 'av1']);

export interface MediaKind {
  /** As ffprobe gives it, "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly formatName: string;
  /** null when ffmpeg does not know it. */
  readonly audioCodec: string | null;
  readonly rateHz: number | null;
  readonly channels: number | null;
  readonly hasVideo: boolean;
  /** Of all audio and video tracks. */
  readonly codecs: readonly string[];
}

export function nameMedia(kind: MediaKind): string {
  const container = nameContainer(kind);
  const codec = kind.audioCodec === null ? 'unknown codec' : nameCodec(kind.audioCodec);
  const parts = [kind.hasVideo ? `${container} video` : container];
  if (codec !== parts[0]) {
    parts.push(codec);
  }
  const sound = [
    kind.rateHz === null ? [] : nameRate(kind.rateHz),
    kind.channels === null ? [] : nameChannels(kind.channels),
  ].flat();
  if (sound.length > 0) {
    parts.push(sound.join(' '));
  }
  return parts.join(', ');
}

export function nameRate(rateHz: number): string {
  return `${rateHz / 1000} kHz`;
}

export function nameChannels(channels: number): string {
  if (channels === 1) {
    return 'mono';
  }
  return channels === 2 ? 'stereo' : `${channels} channels`;
}

function nameContainer({ formatName, codecs }: MediaKind): string {
  const [first = formatName] = formatName.split(',');
  if (first === 'matroska' && codecs.every((codec) => WEBM_CODECS.has(codec))) {
    return 'WebM';
  }
  return CONTAINERS[first] ?? first.toUpperCase();
}

function nameCodec(codec: string): string {
  const pcm = /^pcm_([suf])(\d+)(?:le|be)?$/.exec(codec);
  if (pcm) {
    return `${pcm[2] ?? ''}-bit ${pcm[1] === 'f' ? 'float' : 'PCM'}`;
  }
  return CODECS[codec] ?? codec.replace(/^pcm_/, '').toUpperCase();
}
