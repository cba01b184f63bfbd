/**
 * What is being played. The audio element belongs to the player bar; everybody else asks here. The time changes
 * with every frame and is no state: who draws it is told (`onTime`); what is heard changes with each word only.
 */
import { create } from 'zustand';
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { findSpoken, NOTHING_SPOKEN } from '../spoken.js';
import type { Spoken } from '../spoken.js';
import { segmentsOf } from './editing.js';

export interface PlayerState {
  readonly jobId: string | null;
  readonly isPlaying: boolean;
  readonly spoken: Spoken;
  /** Whether the element can play the sound; null until that is known. */
  readonly canPlay: boolean | null;
}

const IDLE: PlayerState = { jobId: null, isPlaying: false, spoken: NOTHING_SPOKEN, canPlay: null };

export const usePlayer = create<PlayerState>()(() => IDLE);

let element: HTMLAudioElement | null = null;
/** Where playing stops by itself, samples; null: at the end. */
let stopAt: number | null = null;

export function playedSamples(): number {
  return element === null ? 0 : Math.round(element.currentTime * SAMPLE_RATE_HZ);
}

function follow(jobId: string, samples: number): void {
  if (stopAt !== null && samples >= stopAt) {
    stopAt = null;
    element?.pause();
  }
  const spoken = findSpoken(segmentsOf(jobId), samples);
  const before = usePlayer.getState().spoken;
  if (spoken.at !== before.at || spoken.word !== before.word) usePlayer.setState({ spoken });
}

/**
 * Makes this element the one that plays.
 * @param onTime told the position for each frame while it plays, and after each jump.
 * @returns ends it.
 */
export function attachAudio(
  audio: HTMLAudioElement,
  jobId: string,
  onTime: (samples: number) => void,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let frame = 0;
  element = audio;
  stopAt = null;
  usePlayer.setState({ ...IDLE, jobId });

  function tell(): void {
    const samples = playedSamples();
    onTime(samples);
    follow(jobId, samples);
  }
  function run(): void {
    tell();
    frame = requestAnimationFrame(run);
  }
  function change(isPlaying: boolean): void {
    cancelAnimationFrame(frame);
    usePlayer.setState({ isPlaying });
    if (isPlaying) run();
  }
  const listeners: Readonly<Record<string, () => void>> = {
    play: () => {
      change(true);
    },
    pause: () => {
      change(false);
    },
    seeked: tell,
    loadedmetadata: () => {
      usePlayer.setState({ canPlay: true });
    },
    error: () => {
      change(false);
      usePlayer.setState({ canPlay: false });
    },
  };
  for (const [name, listener] of Object.entries(listeners))
    audio.addEventListener(name, listener, { signal });
  return () => {
    controller.abort();
    cancelAnimationFrame(frame);
    if (element !== audio) return;
    element = null;
    usePlayer.setState(IDLE);
  };
}

async function start(): Promise<void> {
  try {
    await element?.play();
  } catch {
    // Paused again before it began, or a source that the element says itself it cannot play.
  }
}

export function seek(samples: number): void {
  if (element === null) return;
  stopAt = null;
  element.currentTime = Math.max(0, samples) / SAMPLE_RATE_HZ;
}

export function togglePlay(): void {
  if (element === null) return;
  stopAt = null;
  if (element.paused) void start();
  else element.pause();
}

export function playFrom(samples: number): void {
  seek(samples);
  void start();
}

export function playStretch(from: number, end: number): void {
  seek(from);
  stopAt = end;
  void start();
}

export function setRate(rate: number): void {
  if (element !== null) element.playbackRate = rate;
}
