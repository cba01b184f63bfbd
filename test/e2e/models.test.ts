/**
 * Models as a person gets them: downloaded (from a hub on this machine that has the real files of `base`), stopped and
 * gone on with after a restart, taken from disk, removed. The app has a models folder of its own that is empty.
 */
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modelsFolder } from '../../src/models/store.mjs';
import { KENNEDY, KENNEDY_WORDS } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, launchApp, listJobs, takeScreenshots, waitForState } from './fixtures.js';
import type { RunningApp } from './fixtures.js';

const INSTALLED = modelsFolder(process.env);
const PREFIX = '/Xenova/whisper-base/resolve/main/';
const DECODER = 'onnx/decoder_model_merged_quantized.onnx';
const ENCODER = 'onnx/encoder_model_quantized.onnx';
const HELD_BYTES = 20_000_000;

/** Has the files of `base`, answers ranges, and can be made to hold back the rest of the decoder. */
class Hub {
  readonly asked: string[] = [];
  isHolding = false;
  isBroken = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').replace(PREFIX, '');
      this.asked.push(`${path} ${request.headers.range ?? 'whole'}`);
      const file = join(INSTALLED, 'base', path);
      if (this.isBroken || !existsSync(file)) response.writeHead(404).end();
      else this.#send(file, Number(/(\d+)-/.exec(request.headers.range ?? '0-')?.[1]), response);
    });
  }

  #send(file: string, first: number, response: ServerResponse): void {
    const { size } = statSync(file);
    response.writeHead(first === 0 ? 200 : 206, {
      'content-length': size - first,
      'content-range': `bytes ${first}-${size - 1}/${size}`,
      etag: '"base"',
    });
    const isHeld = this.isHolding && file.endsWith(DECODER);
    createReadStream(file, { start: first, ...(isHeld ? { end: HELD_BYTES - 1 } : {}) }).pipe(response, {
      end: !isHeld,
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let hub: Hub;
let data: string;
let env: Record<string, string>;

beforeEach(async () => {
  hub = new Hub();
  data = mkdtempSync(join(tmpdir(), 'tilescribe-e2e-models-'));
  mkdirSync(join(data, 'models'));
  symlinkSync(join(INSTALLED, 'silero-vad'), join(data, 'models', 'silero-vad'));
  env = {
    TILESCRIBE_DATA_DIR: data,
    HF_ENDPOINT: await hub.listen(),
    // Nothing listens on port 9 here: what the hub does not give comes from nowhere.
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
  };
});

afterEach(() => {
  hub.close();
  rmSync(data, { recursive: true, force: true });
});

async function openModels({ page }: RunningApp) {
  await page.getByTestId('view-models').click();
  const card = page.locator('[data-testid="model"][data-id="base"]');
  await card.waitFor();
  const waitFor = (state: string): Promise<void> =>
    page.locator(`[data-testid="model"][data-id="base"][data-state="${state}"]`).waitFor();
  return { card, waitFor };
}

it('a download that is stopped goes on after a restart where it was, and the model works', async () => {
  hub.isHolding = true;
  const first = await launchApp({ env });
  const { folder } = first;
  try {
    const { card, waitFor } = await openModels(first);
    await waitFor('missing');
    await card.getByTestId('model-fetch').click();
    await waitFor('fetching');
    // 23.2 MB of the encoder and what is let through of the decoder.
    await expect.poll(() => card.getByTestId('model-figures').textContent()).toContain('43 MB of 79 MB');
    expect(await takeScreenshots(first, 'models-downloading')).toBe(0);
    expect(await findViolations(first.page)).toEqual([]);

    await card.getByTestId('model-cancel').click();
    await waitFor('missing');
    expect(await card.getByTestId('model-kept').textContent()).toContain('43 MB of it are here already');
    expect(await card.getByTestId('model-fetch').textContent()).toBe('Resume download');
    expect(await takeScreenshots(first, 'models-stopped')).toBe(0);
    await first.electron.close();

    hub.isHolding = false;
    hub.asked.length = 0;
    await using second = await launchApp({ env, folder });
    const again = await openModels(second);
    await again.waitFor('missing');
    expect(await again.card.getByTestId('model-fetch').textContent()).toBe('Resume download');
    await again.card.getByTestId('model-fetch').click();
    await again.waitFor('ready');
    expect(hub.asked[0]).toBe(`${DECODER} bytes=${HELD_BYTES}-`);
    expect(hub.asked.some((line) => line.startsWith(ENCODER))).toBe(false);
    expect(existsSync(join(data, 'models', 'base', '.partial'))).toBe(false);

    await addFiles(second.page, KENNEDY);
    await waitForState(second.page, basename(KENNEDY), 'done');
    const [job] = await listJobs(second.page);
    const { segments } = await second.page.evaluate(
      (id) => window.tilescribe.call('jobs.segments', { id }),
      job?.id ?? '',
    );
    const words = segments
      .map(({ text }) => text)
      .join(' ')
      .toLowerCase()
      .replace(/[^a-z ]/g, '');
    expect(words.trim().split(/\s+/).join(' ')).toBe(KENNEDY_WORDS);
  } finally {
    await first.electron.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
});

it('a download that no source can deliver says why, and the next try is well', async () => {
  hub.isBroken = true;
  await using app = await launchApp({ env });
  const { card, waitFor } = await openModels(app);
  await waitFor('missing');

  await card.getByTestId('model-fetch').click();
  await expect
    .poll(() => card.locator('.model-failure').textContent(), { timeout: 60_000 })
    .toMatch(/could not be fetched.*127\.0\.0\.1.*404.*What arrived is kept/);
  await waitFor('missing');
  expect(await takeScreenshots(app, 'models-failed')).toBe(0);

  hub.isBroken = false;
  await card.getByTestId('model-fetch').click();
  await waitFor('ready');
  expect(await card.locator('.model-failure').count()).toBe(0);
});

it('says of each model where it runs, as the doctor of this machine has it, and what the machine lacks once', async () => {
  await using app = await launchApp({ env });
  const { page } = app;
  await openModels(app);
  const report = await page.evaluate(() => window.tilescribe.call('doctor.run', null));
  const works = (id: string) => String(report.lines.find((line) => line.id === id)?.state === 'pass');
  const hasNpu = String(report.lines.every(({ part, state }) => part !== 'npu' || state === 'pass'));
  const usable = (id: string) =>
    page
      .locator(`[data-testid="model"][data-id="${id}"] .model-device`)
      .evaluateAll((places) => places.map((place) => place.getAttribute('data-usable')));

  await expect.poll(() => usable('base')).toEqual([works('engine.native'), works('engine.onnx'), hasNpu]);
  // Of another size than the NPU's design, or in a format that is not ONNX's.
  expect(await usable('tiny')).toEqual([works('engine.native'), works('engine.onnx'), 'false']);
  expect(await usable('base.en')).toEqual([works('engine.native'), 'false', hasNpu]);
  expect(await page.getByText('The NPU’s design is for models of the size of base.').count()).toBe(4);
  if (hasNpu === 'false') {
    const missing = page.getByTestId('models-missing-devices');
    expect(await missing.textContent()).toContain('Not the NPU.');
    await missing.getByRole('button').click();
    await page.getByTestId('doctor-line').first().waitFor();
  }
});

it('a model is taken from a folder on the disk, verified and repaired, and removed with its files', async () => {
  await using app = await launchApp({ env });
  const { electron, page } = app;
  const { card, waitFor } = await openModels(app);
  await waitFor('missing');
  await electron.evaluate(
    ({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    },
    join(INSTALLED, 'base'),
  );

  await card.getByTestId('model-import').click();
  await waitFor('ready');
  expect(statSync(join(data, 'models', 'base', DECODER)).size).toBe(53_707_539);
  expect(hub.asked).toEqual([]);

  // Damaged since, at its old length: Verify finds it, and fetches that file alone.
  const damaged = openSync(join(data, 'models', 'base', DECODER), 'r+');
  writeSync(damaged, Buffer.alloc(4096), 0, 4096, 1_000_000);
  closeSync(damaged);
  await card.getByRole('button', { name: 'Verify: Whisper base' }).click();
  await expect.poll(() => hub.asked).toEqual([`${DECODER} whole`]);
  await waitFor('ready');
  await addFiles(page, KENNEDY);
  await waitForState(page, basename(KENNEDY), 'done');
  await page.getByTestId('view-models').click();

  await card.getByTestId('model-remove').click();
  await page.getByTestId('model-remove-confirm').click();
  await waitFor('missing');
  expect(existsSync(join(data, 'models', 'base'))).toBe(false);
  expect(await card.getByTestId('model-fetch').textContent()).toBe('Download');
});
