/** Playing the recording: the audio element, its controls, and the recording at a glance. */
import './player-bar.css';
import { useEffect, useRef } from 'react';
import type { Job } from '../../../shared/job.js';
import { formatDuration, SAMPLE_RATE_HZ } from '../../../shared/time.js';
import { Icon } from '../../parts/icon.js';
import { Select } from '../../parts/select.js';
import { attachAudio, seek, setRate, togglePlay, usePlayer } from '../../stores/player.js';
import { strings } from '../../strings/en.js';
import type { TranscriptEntry } from '../../transcript-entry.js';
import { CoverageList } from './coverage-list.js';
import { CoverageTargets } from './coverage-targets.js';
import { Waveform } from './waveform.js';

const { player: words } = strings;
const RATES = [0.75, 1, 1.25, 1.5, 2] as const;
const LARGEST_STEP = 5 * SAMPLE_RATE_HZ;

export interface PlayerBarProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
}

export function PlayerBar({ job, entry }: PlayerBarProps) {
  const isPlaying = usePlayer((state) => state.isPlaying);
  const canPlay = usePlayer((state) => state.canPlay);
  const audioRef = useRef<HTMLAudioElement>(null);
  const show = useRef<(samples: number) => void>(() => undefined);
  const headRef = useRef<HTMLDivElement>(null);
  const timeRef = useRef<HTMLSpanElement>(null);
  const sliderRef = useRef<HTMLInputElement>(null);
  const duration = job.duration ?? job.processed;

  // Straight into the page: a render for each frame would be work for one number and one line.
  useEffect(() => {
    show.current = (samples) => {
      const share = duration === 0 ? 0 : Math.min(1, samples / duration);
      if (headRef.current !== null) headRef.current.style.insetInlineStart = `${share * 100}%`;
      if (timeRef.current !== null) timeRef.current.textContent = formatDuration(samples);
      const slider = sliderRef.current;
      if (slider === null) return;
      slider.value = `${samples}`;
      slider.setAttribute(
        'aria-valuetext',
        words.position(formatDuration(samples), formatDuration(duration)),
      );
    };
  }, [duration]);
  useEffect(() => {
    const audio = audioRef.current;
    if (audio === null) return;
    return attachAudio(audio, job.id, (samples) => {
      show.current(samples);
    });
  }, [job.id]);

  return (
    <section className="player" aria-label={words.title} data-testid="player">
      <audio
        ref={audioRef}
        src={job.hasAudio ? `app-media://job/${job.id}` : undefined}
        preload="metadata"
        data-testid="audio"
      />
      <button
        type="button"
        className="player-play"
        aria-label={isPlaying ? words.pause : words.play}
        title={isPlaying ? words.pause : words.play}
        data-testid="play"
        disabled={!job.hasAudio || canPlay === false}
        onClick={togglePlay}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} size={18} />
      </button>
      <div className="player-times">
        <span ref={timeRef} data-testid="player-time">
          {formatDuration(0)}
        </span>
        <span>{formatDuration(duration)}</span>
      </div>
      <div className="player-track">
        <Waveform job={job} entry={entry} duration={duration} />
        <div className="player-head" ref={headRef} aria-hidden="true" />
        <input
          className="player-slider"
          type="range"
          ref={sliderRef}
          min={0}
          max={Math.max(1, duration)}
          step={Math.max(1, Math.min(LARGEST_STEP, Math.round(duration / 100)))}
          defaultValue={0}
          aria-label={words.slider}
          aria-valuetext={words.position(formatDuration(0), formatDuration(duration))}
          data-testid="seek"
          onChange={(event) => {
            seek(Number(event.target.value));
            show.current(Number(event.target.value));
          }}
        />
        <CoverageTargets job={job} entry={entry} duration={duration} />
      </div>
      <CoverageList job={job} entry={entry} />
      <Select
        look="small"
        aria-label={words.rate}
        defaultValue="1"
        onChange={(event) => {
          setRate(Number(event.target.value));
        }}
      >
        {RATES.map((rate) => (
          <option key={rate} value={rate}>
            {words.rateName(rate)}
          </option>
        ))}
      </Select>
      {(!job.hasAudio || canPlay === false) && <p className="player-none">{words.none}</p>}
    </section>
  );
}
