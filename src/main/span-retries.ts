/**
 * Stretches of a job that are transcribed again: each a job of the engine's own under a name that no list shows.
 * In: a job's history and a stretch. Out: the edit that puts the new text in the place of the old.
 */
import type { Edit } from '../shared/edit/edit.js';
import { editSpan } from '../shared/edit/span.js';
import type { Stretch } from '../shared/edit/span.js';
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import type { JobHistory } from '../shared/journal.js';
import type { Segment } from '../shared/transcript.js';
import type { EngineHost } from './engine-host.js';
import { explainLostSpan } from './job-failures.js';

export type SpanResult =
  | { readonly ok: true; readonly makeEdit: (segments: readonly Segment[]) => Edit | null }
  | { readonly ok: false; readonly failure: Failure };

interface UnderWay {
  readonly stretch: Stretch;
  readonly found: Segment[];
  readonly end: (result: SpanResult) => void;
}

export class SpanRetries {
  readonly #engine: Pick<EngineHost, 'transcribe'>;
  readonly #underWay = new Map<string, UnderWay>();
  #count = 0;

  constructor(engine: Pick<EngineHost, 'transcribe'>) {
    this.#engine = engine;
  }

  run({ job, path }: JobHistory, stretch: Stretch): Promise<SpanResult> {
    const id = `${job.id}#${++this.#count}`;
    const { options } = job;
    // A few words are too little to tell the language from.
    const language = options.language === 'auto' && job.language !== null ? job.language : options.language;
    return new Promise((end) => {
      this.#underWay.set(id, { stretch, found: [], end });
      this.#engine.transcribe({
        kind: 'transcribe',
        jobId: id,
        path,
        options: { ...options, language, vad: 'off', range: { ...stretch } },
        resume: null,
        sound: null,
      });
    });
  }

  /** @returns whether the event was of a stretch. */
  receive(event: EngineEvent): boolean {
    const span = this.#underWay.get(event.jobId);
    if (span === undefined) return false;
    if (event.kind === 'commit') span.found.push(...event.segments);
    if (event.kind === 'done') {
      const { stretch, found } = span;
      this.#finish(event.jobId, { ok: true, makeEdit: (segments) => editSpan(segments, stretch, found) });
    }
    if (event.kind === 'failed') this.#finish(event.jobId, { ok: false, failure: event.failure });
    if (event.kind === 'cancelled') this.#finish(event.jobId, lost());
    return true;
  }

  /** The engine is gone, and the stretches with it. */
  stop(): void {
    for (const id of [...this.#underWay.keys()]) this.#finish(id, lost());
  }

  #finish(id: string, result: SpanResult): void {
    const span = this.#underWay.get(id);
    this.#underWay.delete(id);
    span?.end(result);
  }
}

function lost(): SpanResult {
  return { ok: false, failure: toFailure(explainLostSpan()) };
}
