/** Words of the queue. */
import type { JobState } from '../../shared/job.js';
import { JOB_STATE } from './names.js';

export const queue = {
  title: 'Queue',
  add: 'Add files',
  clear: 'Take finished files off the list',
  clearShort: 'Clear',
  state: (state: JobState) => JOB_STATE[state],
  starting: 'Starting…',
  cancel: (fileName: string) => `Cancel ${fileName}`,
  retry: 'Retry',
  retryLabel: (fileName: string) => `Retry ${fileName}`,
  remove: (fileName: string) => `Remove ${fileName} from the list`,
  progress: (fileName: string) => `Progress of ${fileName}`,
  position: (done: number, total: number) => `${done} of ${total} done`,
} as const;
