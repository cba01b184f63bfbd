/** What the audio tests share: reading a whole source, and making recordings with ffmpeg. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import type { AudioSource } from '../../src/engine/audio/audio.js';
import { openAudio } from '../../src/engine/audio/open.js';
import type { OpenOptions } from '../../src/engine/audio/open.js';

export interface Reading {
  readonly format: string;
  readonly expectedDuration: number | null;
  readonly samples: Float32Array;
  readonly warning: string | null;
}

export async function readAudio(source: AudioSource | string, options?: OpenOptions): Promise<Reading> {
  const file = typeof source === 'string' ? ({ kind: 'file', path: source } as const) : source;
  const audio = await openAudio(file, new AbortController().signal, options);
  const blocks: Float32Array[] = [];
  for await (const block of audio.blocks) {
    if (block.length > 65_536) {
      throw new Error(`a block of ${block.length} samples`);
    }
    blocks.push(block);
  }
  await audio.close();
  const samples = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let offset = 0;
  for (const block of blocks) {
    samples.set(block, offset);
    offset += block.length;
  }
  return {
    format: audio.format,
    expectedDuration: audio.expectedDuration,
    samples,
    warning: audio.warning(),
  };
}

/** Runs ffmpeg to make a recording for a test. */
export function makeRecording(...args: readonly string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

/** Processes that this one has started and that still run, by name. */
export function runningChildren(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        // pid (name) state parent …; the name may hold spaces and brackets.
        const [, name = '', rest = ''] =
          /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
        const [state, parent] = rest.split(' ');
        return Number(parent) === process.pid && state !== 'Z' ? [name] : [];
      } catch {
        return [];
      }
    })
    .filter((name) => name.startsWith('ff') || name === 'sh');
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
