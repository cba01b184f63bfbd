/**
 * What the server counts and measures of itself. Everything is measured where it happens: waiting from the
 * request to the engine's `opened`, the rest as the engine reports it.
 */
import type { EngineEvent, JobStats } from '../shared/events.js';
import { samplesToSeconds } from '../shared/time.js';
import type { Admission } from './admission.js';
import { Registry } from './prometheus.js';

const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const SHORT_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
/** Time of work over length of sound: below 1 is faster than it was said. */
const FACTORS = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#registry.counter(
    'tilescribe_http_requests_total',
    'Requests by endpoint and status.',
  );
  readonly #requestSeconds = this.#registry.histogram(
    'tilescribe_request_duration_seconds',
    'From the first byte of a request for a transcription to its answer, all statuses.',
    SECONDS,
  );
  readonly #waitSeconds = this.#registry.histogram(
    'tilescribe_queue_wait_seconds',
    'From the request to the moment the engine began with it, upload included.',
    SHORT_SECONDS,
  );
  readonly #firstTokenSeconds = this.#registry.histogram(
    'tilescribe_first_token_seconds',
    'From the moment the engine began to the first token.',
    SHORT_SECONDS,
  );
  readonly #factor = this.#registry.histogram(
    'tilescribe_real_time_factor',
    "Engine's time over length of the recording; below 1 is faster than real time.",
    FACTORS,
  );
  readonly #jobs = this.#registry.counter('tilescribe_jobs_total', 'Transcriptions that ended, by outcome.');
  readonly #devices = this.#registry.counter(
    'tilescribe_jobs_by_device_total',
    'Transcriptions that the engine began, by what decodes them.',
  );
  readonly #fallbacks = this.#registry.counter(
    'tilescribe_fallbacks_total',
    'Windows decoded again, hotter or, after a fault of the device, on the CPU, by reason.',
  );
  readonly #audioSeconds = this.#registry.counter(
    'tilescribe_audio_seconds_total',
    'Length of the recordings transcribed.',
  );
  readonly #workSeconds = this.#registry.counter(
    'tilescribe_engine_seconds_total',
    "Engine's wall time, by stage.",
  );
  readonly #tokens = this.#registry.counter('tilescribe_tokens_total', 'Tokens decoded.');

  constructor(admission: Admission) {
    const registry = this.#registry;
    registry.gauge('tilescribe_jobs_running', 'Requests the engine works on.', () => admission.running);
    registry.gauge('tilescribe_jobs_waiting', 'Requests that upload or wait.', () => admission.waiting);
    registry.gauge('tilescribe_jobs_limit', 'Requests that are let in at once.', () => admission.limit);
    registry.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    registry.gauge('process_uptime_seconds', 'Since the process began.', () => process.uptime());
    registry.gauge('process_cpu_seconds', 'Processor time, user and system.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  countRequest(endpoint: string, status: number): void {
    this.#requests.add(1, { endpoint, status: String(status) });
  }

  observeRequest(seconds: number): void {
    this.#requestSeconds.observe(seconds);
  }

  /** @param waitedMs for `opened`: how long the request waited for it. */
  observeEvent(event: EngineEvent, waitedMs: number): void {
    switch (event.kind) {
      case 'opened':
        this.#waitSeconds.observe(waitedMs / 1000);
        this.#devices.add(1, { device: event.device ?? 'unknown' });
        return;
      case 'attempt':
        if (event.retryReason !== null) this.#fallbacks.add(1, { reason: event.retryReason });
        return;
      case 'done':
        this.#jobs.add(1, { outcome: event.kind });
        this.#observeStats(event.stats);
        return;
      case 'failed':
      case 'cancelled':
        this.#jobs.add(1, { outcome: event.kind });
        return;
      case 'language':
      case 'span':
      case 'timings':
      case 'token':
      case 'commit':
        return;
    }
  }

  write(): string {
    return this.#registry.write();
  }

  #observeStats(stats: JobStats): void {
    const seconds = samplesToSeconds(stats.audio);
    this.#audioSeconds.add(seconds);
    this.#tokens.add(stats.tokens);
    for (const stage of ['load', 'audio', 'mel', 'encode', 'decode'] as const) {
      this.#workSeconds.add(stats[`${stage}Ms`] / 1000, { stage });
    }
    if (seconds > 0) this.#factor.observe(stats.totalMs / 1000 / seconds);
    if (stats.firstTokenMs !== null) this.#firstTokenSeconds.observe(stats.firstTokenMs / 1000);
  }
}
