/**
 * Counters, gauges and histograms, and the text that Prometheus reads (exposition format 0.0.4). Only what this
 * server needs. The number of label values is bounded by who counts: nothing a client sends is a label.
 */
export type Labels = Readonly<Record<string, string>>;

interface Metric {
  write(): readonly string[];
}

export class Registry {
  readonly #metrics: Metric[] = [];

  counter(name: string, help: string): Counter {
    return this.#add(new Counter(name, help));
  }

  /** @param read called when the metrics are asked for. */
  gauge(name: string, help: string, read: () => number): void {
    this.#add({ write: () => [...header(name, help, 'gauge'), line(name, {}, read())] });
  }

  /** @param bounds upper bounds, ascending; infinity is added. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#add(new Histogram(name, help, bounds));
  }

  write(): string {
    return `${this.#metrics.flatMap((metric) => metric.write()).join('\n')}\n`;
  }

  #add<M extends Metric>(metric: M): M {
    this.#metrics.push(metric);
    return metric;
  }
}

export class Counter implements Metric {
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  add(amount = 1, labels: Labels = {}): void {
    const key = JSON.stringify(labels);
    const entry = this.#values.get(key);
    if (entry === undefined) this.#values.set(key, { labels, value: amount });
    else entry.value += amount;
  }

  write(): readonly string[] {
    const lines = [...this.#values.values()].map(({ labels, value }) => line(this.name, labels, value));
    return [...header(this.name, this.help, 'counter'), ...lines];
  }
}

export class Histogram implements Metric {
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    // Buckets are cumulative: a value counts in each that could hold it.
    this.bounds.forEach((bound, index) => {
      if (value <= bound) this.#counts[index]!++;
    });
  }

  write(): readonly string[] {
    const { name, bounds } = this;
    return [
      ...header(name, this.help, 'histogram'),
      ...bounds.map((bound, index) => line(`${name}_bucket`, { le: String(bound) }, this.#counts[index]!)),
      line(`${name}_bucket`, { le: '+Inf' }, this.#count),
      line(`${name}_sum`, {}, this.#sum),
      line(`${name}_count`, {}, this.#count),
    ];
  }
}

function header(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
