/** Runs what is not known yet, configuration by configuration, and says on standard error how far it is. */
import type { Configuration, Part } from './configurations.js';
import type { ResultStore } from './result-store.js';
import { openSubject } from './subjects.js';
import type { SubjectSetting } from './subjects.js';
import type { Item } from './sounds.js';

export type ItemsByPart = Readonly<Record<Part, readonly Item[]>>;

interface Work {
  readonly configuration: Configuration;
  readonly items: readonly Item[];
}

/** What a configuration hears of some parts: an English-only one no other language. */
export function listItems(
  configuration: Configuration,
  parts: readonly Part[],
  items: ItemsByPart,
): readonly Item[] {
  return parts
    .filter((part) => configuration.parts.includes(part))
    .flatMap((part) => chooseItems(configuration, part, items[part]))
    .filter(({ recording }) => recording.language === 'en' || !configuration.isEnglishOnly);
}

/** Peers are slow, and no threshold of theirs was found on the first joined sound: they hear no other. */
function chooseItems({ kind }: Configuration, part: Part, items: readonly Item[]): readonly Item[] {
  return part === 'joined' && kind !== 'own' ? items.slice(0, 1) : items;
}

export interface WorkRequest {
  readonly configurations: readonly Configuration[];
  readonly parts: readonly Part[];
  readonly items: ItemsByPart;
  readonly store: ResultStore;
  readonly setting: SubjectSetting;
  readonly say: (line: string) => void;
}

/** Never throws for one that fails: it is named and left out. @returns what failed, for the report. */
export async function runWork(request: WorkRequest): Promise<readonly string[]> {
  const works: Work[] = [];
  for (const { configuration, parts } of planTurns(request)) {
    const known = await request.store.read(configuration);
    const items = listItems(configuration, parts, request.items).filter(({ key }) => !known.has(key));
    if (items.length > 0) works.push({ configuration, items });
  }
  const progress = new Progress(works, request.say);
  const failures: string[] = [];
  for (const work of works) failures.push(...(await runOne(work, request, progress)));
  return failures;
}

interface PlannedTurn {
  readonly configuration: Configuration;
  readonly parts: readonly Part[];
}

/**
 * What matters most comes first, so that a run that is cut short has most to say: the first configuration whole,
 * then part by part all others.
 */
export function planTurns({
  configurations: [first, ...others],
  parts,
}: Pick<WorkRequest, 'configurations' | 'parts'>): readonly PlannedTurn[] {
  if (first === undefined) return [];
  const rest = parts.flatMap((part) => others.map((configuration) => ({ configuration, parts: [part] })));
  return [{ configuration: first, parts }, ...rest];
}

async function runOne(work: Work, request: WorkRequest, progress: Progress): Promise<readonly string[]> {
  const { configuration, items } = work;
  const failures: string[] = [];
  try {
    const subject = await openSubject(configuration, request.setting);
    try {
      for (const item of items) {
        const { recording, key } = item;
        try {
          const before = process.cpuUsage();
          const heard = await subject.hear(item);
          const { user, system } = process.cpuUsage(before);
          const processorSeconds = (user + system) / 1e6;
          await request.store.add(configuration, { key, name: recording.file, ...heard, processorSeconds });
        } catch (error) {
          failures.push(`${configuration.id}, ${recording.file}: ${describe(error)}`);
        }
        progress.pass(configuration, item);
      }
    } finally {
      await subject.close();
    }
  } catch (error) {
    failures.push(`${configuration.id}: ${describe(error)}`);
    progress.skip(items);
  }
  return failures;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class Progress {
  readonly #say: (line: string) => void;
  readonly #beganMs = performance.now();
  readonly #count: number;
  #passed = 0;
  #passedSeconds = 0;
  #leftSeconds: number;

  constructor(works: readonly Work[], say: (line: string) => void) {
    const items = works.flatMap((work) => work.items);
    this.#say = say;
    this.#count = items.length;
    this.#leftSeconds = sumSeconds(items);
    if (this.#count === 0) say('nothing to hear: all of it is known');
    else {
      const minutes = (this.#leftSeconds / 60).toFixed(0);
      say(
        `${this.#count} to hear, ${minutes} minutes of sound. Ctrl-C keeps what is done; the next run goes on there.`,
      );
    }
  }

  pass(configuration: Configuration, item: Item): void {
    this.#passed++;
    this.#passedSeconds += item.recording.seconds;
    this.#leftSeconds -= item.recording.seconds;
    const elapsedMs = performance.now() - this.#beganMs;
    // As fast as so far: engines differ, so that it is rough.
    const leftMinutes = (elapsedMs / this.#passedSeconds) * (this.#leftSeconds / 60_000);
    this.#say(
      `${this.#passed}/${this.#count} ${configuration.id} ${item.recording.file}; about ${leftMinutes.toFixed(0)} min left`,
    );
  }

  skip(items: readonly Item[]): void {
    this.#passed += items.length;
    this.#leftSeconds -= sumSeconds(items);
  }
}

function sumSeconds(items: readonly Item[]): number {
  return items.reduce((sum, { recording }) => sum + recording.seconds, 0);
}
