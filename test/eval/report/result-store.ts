/**
 * What was heard, kept on disk recording by recording, so that a run that is interrupted goes on where it was and
 * nothing is heard twice. One file of JSON lines for each configuration and state of the sources; a line names
 * its sound by hash. Errors are not kept: they are counted anew from the text each time.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { RETRY_REASONS } from '../../../src/shared/events.js';
import { SamplesSchema, WordSchema } from '../../../src/shared/transcript.js';
import type { Configuration } from './configurations.js';
import type { SourceHashes } from './measured-sources.js';

const HeardSchema = v.object({
  /** Of the sound and its language. */
  key: v.string(),
  /** For people who read the file. */
  name: v.string(),
  text: v.string(),
  audioSeconds: v.number(),
  /** Processor time of all threads of the process that heard it. */
  processorSeconds: v.number(),
  /** Empty for peers. */
  segments: v.array(
    v.object({
      start: SamplesSchema,
      end: SamplesSchema,
      text: v.string(),
      words: v.exactOptional(v.array(WordSchema)),
    }),
  ),
  /** Why windows were decoded again, one for each time. Empty for peers. */
  retries: v.array(v.picklist(RETRY_REASONS)),
});
export type Heard = v.InferOutput<typeof HeardSchema>;

export class ResultStore {
  readonly #folder: string;
  readonly #hashes: SourceHashes;
  readonly #found = new Map<string, Map<string, Heard>>();

  /** @param folder is made when there is something to keep. */
  constructor(folder: string, hashes: SourceHashes) {
    this.#folder = folder;
    this.#hashes = hashes;
  }

  /** What this configuration heard, by the key of the sound. */
  async read(configuration: Configuration): Promise<ReadonlyMap<string, Heard>> {
    return await this.#open(configuration);
  }

  /** On disk when it returns, so that not even Ctrl-C right after loses it. */
  async add(configuration: Configuration, heard: Heard): Promise<void> {
    const known = await this.#open(configuration);
    await mkdir(this.#folder, { recursive: true });
    // The break before it ends a line that was cut off.
    appendFileSync(this.#path(configuration), `\n${JSON.stringify(heard)}\n`);
    known.set(heard.key, heard);
  }

  async #open(configuration: Configuration): Promise<Map<string, Heard>> {
    const open = this.#found.get(configuration.id);
    if (open !== undefined) return open;
    const content = await readFile(this.#path(configuration), 'utf8').catch(() => '');
    const known = new Map(readLines(content).map((heard) => [heard.key, heard]));
    this.#found.set(configuration.id, known);
    return known;
  }

  #path(configuration: Configuration): string {
    const { kind, id } = configuration;
    const settings = kind === 'own' ? [configuration.options, ...configuration.guardsLeftOut] : [];
    const key = createHash('sha256')
      .update(this.#hashes[kind])
      .update(settings.map((one) => JSON.stringify(one)).join(''))
      .digest('hex');
    return join(this.#folder, `${id}-${key.slice(0, 16)}.jsonl`);
  }
}

/** A last line that was cut off by Ctrl-C, or one of another version, is as if it were not there. */
function readLines(content: string): readonly Heard[] {
  return content.split('\n').flatMap((line) => {
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), HeardSchema), line);
    return result.success ? [result.output] : [];
  });
}
