/**
 * Says where the time of one job goes, while it goes: reads the clocks of the backend and of the process, and
 * makes a `timings` event of them, a few times a second at most.
 *
 * The surprising thing: the backend is asked in its turn (between its calls), so that measuring never waits for
 * an encoder pass of another job longer than the job itself would.
 */
import type { JobEvent, JobStats } from '../shared/events.js';
import type { TranscribeOptions } from '../shared/options.js';
import { toSamples } from '../shared/time.js';
import { subtractLayers } from '../shared/timing.js';
import type { LayerTiming, SparseSteps } from '../shared/timing.js';
import type { JobBackend } from './backend/step-batcher.js';
import type { WindowStats } from './decoding/window-decoder.js';

/** Seldom enough to cost nothing, often enough to look alive. */
const INTERVAL_MS = 200;

export interface RunMeterInput {
  readonly backend: JobBackend;
  readonly options: Pick<TranscribeOptions, 'model'>;
  /** performance.now() when the job began. */
  readonly beganMs: number;
  /** process.cpuUsage() then. */
  readonly cpuBegan: NodeJS.CpuUsage;
  readonly loadMs: number;
  readonly jobsAtOnce: () => number;
  readonly emit: (event: JobEvent) => void;
}

export type RunProgress = WindowStats &
  Pick<JobStats, 'audioMs'> & { readonly began: number; readonly processed: number };

export class RunMeter {
  readonly #in: RunMeterInput;
  #layersBefore: readonly LayerTiming[] | null = null;
  #sparseBefore: SparseSteps = { steps: 0, fallbacks: 0 };
  #isReading = false;
  #lastMs = -Infinity;

  constructor(input: RunMeterInput) {
    this.#in = input;
  }

  /** Before the first window: what other jobs have spent is not this one's. */
  async begin(): Promise<void> {
    const { layers, sparse } = await this.#in.backend.readTimings();
    this.#layersBefore = layers;
    if (sparse !== undefined) this.#sparseBefore = sparse;
  }

  /** Tells how far it is, unless that was told a moment ago. */
  async measure(progress: () => RunProgress): Promise<void> {
    if (this.#isReading || performance.now() - this.#lastMs < INTERVAL_MS) return;
    await this.finish(progress);
  }

  /** Tells it in any case. */
  async finish(progress: () => RunProgress): Promise<void> {
    this.#isReading = true;
    try {
      const { layers, sparse, isModelled = false } = await this.#in.backend.readTimings();
      this.#lastMs = performance.now();
      this.#in.emit({
        kind: 'timings',
        timings: {
          ...this.#readClocks(),
          isModelled,
          ...this.#layersSince(layers),
          ...this.#sparseSince(sparse),
          ...describe(progress()),
        },
        stepsMs: [...this.#in.backend.takeSteps()],
      });
    } finally {
      this.#isReading = false;
    }
  }

  #layersSince(layers: readonly LayerTiming[] | null): { readonly layers: LayerTiming[] | null } {
    if (layers === null) return { layers: null };
    return { layers: [...subtractLayers(layers, this.#layersBefore ?? [])] };
  }

  #sparseSince(sparse: SparseSteps | undefined): { readonly sparse?: SparseSteps } {
    if (sparse === undefined) return {};
    const { steps, fallbacks } = this.#sparseBefore;
    return { sparse: { steps: sparse.steps - steps, fallbacks: sparse.fallbacks - fallbacks } };
  }

  #readClocks() {
    const { backend, options, beganMs, cpuBegan, loadMs, jobsAtOnce } = this.#in;
    const { width, decoderLayers, vocabularySize } = backend.dimensions;
    const { user, system } = process.cpuUsage(cpuBegan);
    return {
      elapsedMs: performance.now() - beganMs,
      backend: backend.description,
      model: { id: options.model, width, decoderLayers, vocabularySize },
      loadMs,
      ...backend.spent(),
      cpuMs: (user + system) / 1000,
      memoryBytes: process.memoryUsage.rss(),
      jobsAtOnce: jobsAtOnce(),
    };
  }
}

function describe({ began, processed, ...progress }: RunProgress) {
  return { ...progress, began: toSamples(began), processed: toSamples(processed) };
}
