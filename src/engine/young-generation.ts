/**
 * Keeps V8's young generation as small as it begins. It grows to 32 MB and more where values die young, and each value
 * of the sound holds memory outside of it that waits for the next collection: 25 MB of the peak in order, 50 MB side
 * by side, and no less processor time (docs/performance.md).
 */
import { setFlagsFromString } from 'node:v8';

/** For the whole process; does nothing in Electron, whose V8 takes no flags once it runs. */
export function keepYoungGenerationSmall(): void {
  if (process.versions['electron'] === undefined) setFlagsFromString('--semi-space-growth-factor=1');
}
