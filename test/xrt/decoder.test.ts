/** The whole decoder through the real XRT: every logit is the CPU engine's, and a fault costs nothing. */
import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { LOCKED_BYTES_NEEDED } from '../../src/engine/doctor/npu-lines.js';
import { ensureWeights } from '../../src/engine/weights/ensure-weights.js';
import { sourceFilesOf } from '../../src/engine/weights/weights-source.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { modelsFolder, requireModel } from '../../src/models/store.mjs';
import { buildInside, isChrootUsable, runInside } from './chroot.js';

const isUsable = await isChrootUsable();
let weights = '';

/** Where the packed weights of the model are, seen from inside. */
async function packWeights(): Promise<string> {
  const model = findModel(await readCatalog('resources'), 'base');
  const path = await ensureWeights({
    modelFolder: await requireModel(model, modelsFolder(process.env)),
    modelId: model.id,
    files: sourceFilesOf(model),
    sourceHashes: Object.fromEntries(model.files.map(({ path: name, sha256 }) => [name, sha256])),
    signal: new AbortController().signal,
  });
  return `/mnt/models/base/${basename(path)}`;
}

/** The first two runs are the known answers. */
const check = (steps: number, fault?: string) =>
  runInside(
    ['/mnt/out/decoder_check', weights, '/mnt/out/design/decoder_step/decoder_step.xclbin', String(steps)],
    fault === undefined ? {} : { fault },
  );

describe.skipIf(!isUsable)('the decoder on the real XRT', () => {
  beforeAll(async () => {
    await buildInside();
    weights = await packWeights();
  });

  test('one text and four at once have every bit of the CPU engine', async () => {
    const { exitCode, output } = await check(20);

    expect(output).toMatch(/every bit the same: 23 runs on RyzenAI-npu1, XRT 2\.\d+\.\d+, 0 failed\n/);
    expect(exitCode).toBe(0);
    // What XRT locks in memory is within the limit that the doctor asks for; the probe asks for the same.
    const lockedBytes = Number(/^VmLck:\s*(\d+) kB$/m.exec(output)?.[1]) * 1024;
    expect(lockedBytes).toBeGreaterThan(200e6);
    expect(lockedBytes).toBeLessThan(LOCKED_BYTES_NEEDED);
  });

  test.each([
    ['hang', 'timed out'],
    ['abort', 'was aborted by the firmware'],
    ['error', ''],
  ])('after "%s" the texts are as they were, and the step is run again', async (fault, text) => {
    const { exitCode, output } = await check(6, `${fault}@5`);

    expect(output).toContain(`fault at step 3: a step on the NPU ${text}`);
    expect(output).toMatch(/recovered\nVmLck:.*\nevery bit the same: 10 runs/);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['two faults', 'abort@5,timeout@8', 5],
    ['a device that is gone', 'gone@4', 2],
  ])('%s end the use of the NPU, and the texts are as they were', async (_name, fault, step) => {
    const { exitCode, output } = await check(6, fault);

    expect(output).toContain(`fault at step ${step}: `);
    expect(output).toMatch(/not recovered\nVmLck:.*\nevery bit the same: /);
    expect(exitCode).toBe(3);
  });
});
