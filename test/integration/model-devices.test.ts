/** What the page is told of a model's devices, held against the engine that is asked to use them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openModelStore } from '../../src/main/model-store.js';
import { modelsFolder } from '../../src/models/store.mjs';
import { KENNEDY } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');

it.skipIf(!existsSync(ADDON))('each installed model runs where it is said to, and nowhere else', async () => {
  const store = await openModelStore({
    resourcesFolder: join(ROOT, 'resources'),
    modelsFolder: modelsFolder(process.env),
  });
  const engine = openTestEngine();
  const told: string[] = [];
  const found: string[] = [];
  for (const { id, devices } of store.models) {
    if ((await store.check(id)) !== null) continue;
    for (const { device, reason } of devices) {
      told.push(`${id} on ${device}: ${reason === null}`);
      // The emulator takes the same designs as the NPU.
      const asked = device === 'npu' ? 'npu-emulated' : device;
      const { last } = await runJob(engine, KENNEDY, { model: id, device: asked });
      found.push(`${id} on ${device}: ${last.kind === 'done'}`);
    }
  }
  await engine.close();

  expect(found).toEqual(told);
  expect(found).toContain('base on npu: true');
});
