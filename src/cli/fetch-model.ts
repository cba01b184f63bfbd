/** `tilescribe --fetch-model ID`: fetches what is missing or damaged, says how far it is, verifies. */
import { findInstallable, readCatalog } from '../models/catalog.mjs';
import { fetchModel } from '../models/fetch.mjs';
import { checkModel } from '../models/store.mjs';
import type { Screen } from './screen.js';

const BYTES_PER_MB = 1e6;

export interface FetchContext {
  readonly resourcesFolder: string;
  readonly modelsFolder: string;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

function formatMegabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(1);
}

/** Throws ModelError, or the signal's reason. */
export async function fetchModelById(id: string, context: FetchContext): Promise<void> {
  const { screen, signal } = context;
  const model = findInstallable(await readCatalog(context.resourcesFolder), id);
  if ((await checkModel(model, context.modelsFolder, { signal })).state === 'ready') {
    screen.note(`Model "${id}" is complete and verified; nothing to fetch.`);
    return;
  }
  screen.note(`Fetching model "${id}" (${model.name})`);
  await fetchModel(model, context.modelsFolder, {
    signal,
    onNote: (note) => {
      screen.note(note);
    },
    onProgress: ({ path, receivedBytes, totalBytes }) => {
      screen.showProgress(
        `  ${formatMegabytes(receivedBytes)} of ${formatMegabytes(totalBytes)} MB  ${path}`,
      );
    },
  });
  screen.note(`Model "${id}" is complete and verified.`);
}
