/** Words of models, in their view and in the banner over a job that lacks one. */
import type { ModelStatus } from '../../shared/contract.js';
import { MODEL_DEVICE, MODEL_STATE } from './names.js';

export const models = {
  lead: 'Larger models hear better and take longer. Each is downloaded once, checked, and kept on this computer.',
  state: (state: ModelStatus['state']) => MODEL_STATE[state],
  inUse: 'In use',
  /** In the place of the above for a model that is not there (yet). */
  chosen: 'Chosen',
  choice: (name: string, state: ModelStatus['state']) =>
    state === 'missing' ? `${name} (not installed)` : name,
  devices: (name: string) => `Where ${name} runs`,
  device: (device: ModelStatus['devices'][number]['device']) => MODEL_DEVICE[device],
  usable: (isUsable: boolean | null) =>
    isUsable === null ? 'not looked at yet' : isUsable ? 'works here' : 'does not work here',
  notHere: (device: string) => `Not the ${device}.`,
  progress: (name: string) => `Download of ${name}`,
  checking: 'Checking files',
  received: (received: string, total: string) => `${received} of ${total}`,
  speed: (size: string) => `${size}/s`,
  kept: (size: string) => `${size} of it are here already and will not be fetched again.`,
  cancel: 'Stop',
  resume: 'Resume download',
  use: 'Use for new recordings',
  fetch: 'Download',
  repair: 'Repair',
  verify: 'Verify',
  import: 'Import from disk',
  remove: 'Remove',
  actOn: (action: string, name: string) => `${action}: ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: (size: string) => `This frees ${size}. It can be downloaded again.`,
  keep: 'Keep it',
} as const;

export const model = {
  missing: 'The speech model is not installed.',
  missingRemedy: 'Fetch it once from the internet, or import it from a folder on disk.',
  corrupt: 'The speech model is damaged.',
  corruptRemedy: 'Repair fetches the damaged files again. Nothing else is touched.',
  fetching: 'Fetching the speech model…',
  fetchingHint: 'It is fetched once and kept on this computer.',
  repair: 'Repair',
  fetch: 'Fetch model',
  import: 'Import from disk',
} as const;
