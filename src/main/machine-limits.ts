/** `bench.run`: asks a process of its own (src/engine/limits-entry.ts) what this machine allows. */
import * as v from 'valibot';
import type { CallReply } from '../shared/contract.js';
import { AppError, toFailure } from '../shared/errors.js';
import { MachineLimitsSchema } from '../shared/roofline.js';
import { askProcess } from './ask-process.js';
import type { Paths } from './paths.js';

const TIMEOUT_MS = 30_000;

const AnswerSchema = v.union([MachineLimitsSchema, v.object({ reason: v.string() })]);

/** @param isBusy A job at work would take from the measurement, and the measurement from the job. */
export async function measureLimits(
  { limitsPath, resourcesFolder }: Pick<Paths, 'limitsPath' | 'resourcesFolder'>,
  isBusy: boolean,
): Promise<CallReply<'bench.run'>> {
  try {
    if (isBusy) {
      throw new AppError(
        'wrong-usage',
        'This machine cannot be measured while it transcribes: both would be slower.',
        'Wait until the queue is empty, or cancel what runs.',
      );
    }
    const answer = await askProcess({
      path: limitsPath,
      args: [resourcesFolder],
      serviceName: 'tilescribe-limits',
      answer: AnswerSchema,
      timeoutMs: TIMEOUT_MS,
      who: 'The measurement',
      remedy: 'Try again when little else runs on this computer.',
    });
    if (!('reason' in answer)) return { ok: true, limits: answer };
    throw new AppError(
      'engine-unavailable',
      `This machine could not be measured: ${answer.reason}.`,
      'The doctor says how to get the native engine.',
    );
  } catch (thrown) {
    return { ok: false, failure: toFailure(thrown) };
  }
}
