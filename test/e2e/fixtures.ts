/**
 * The built app in real Electron, each time with a data folder of its own. Needs a display and a build;
 * `npm test` sees to both. What a test breaks on purpose, it breaks from outside: files, processes.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import * as v from 'valibot';
import type { PreloadApi } from '../../src/preload/api.js';
import type { ExportFormat } from '../../src/shared/export/formats.js';
import type { Job, JobState } from '../../src/shared/job.js';
import { CORPUS, KENNEDY, readManifest } from '../speech.js';

declare global {
  interface Window {
    readonly tilescribe: PreloadApi;
  }
}

export const REPOSITORY = join(import.meta.dirname, '..', '..');
export const SCREENSHOTS = join(REPOSITORY, 'test-results', 'screenshots');

/** electron's package gives its binary's path to Node. */
const ELECTRON = v.parse(v.string(), createRequire(import.meta.url)('electron'));

const HOLD_READY = join(import.meta.dirname, 'hold-ready.cjs');

/** Chromium's sandbox does not start for root. */
const SANDBOX_SWITCHES = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** For the test's own files; removed at the end. */
  readonly folder: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LaunchOptions {
  /** As at the very first start, with its self-test. */
  readonly isFirstStart?: boolean;
  /** As after `npm start --`. */
  readonly args?: readonly string[];
  /** Where the process is started, to which relative names refer. */
  readonly cwd?: string;
  /** Of an app that ran before, to go on with its data; it belongs to that one, which removes it. */
  readonly folder?: string;
  /** On top of this process's own variables. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function launchApp(options: LaunchOptions = {}): Promise<RunningApp> {
  const { args = [], cwd = REPOSITORY, isFirstStart = false } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tilescribe-e2e-'));
  if (!isFirstStart && options.folder === undefined) writeSettings(folder);
  const electron = await _electron.launch({
    executablePath: ELECTRON,
    args: ['-r', HOLD_READY, ...SANDBOX_SWITCHES, REPOSITORY, ...args],
    cwd,
    env: { ...environmentIn(folder), ...options.env },
    // Else Playwright pins the page to the light theme.
    colorScheme: null,
  });
  const page = await electron.firstWindow();
  await page.getByTestId('drop-zone').waitFor();
  return {
    electron,
    page,
    folder,
    async [Symbol.asyncDispose]() {
      await electron.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As of somebody who has been here before: without the self-test of the first start. */
function writeSettings(folder: string): void {
  mkdirSync(join(folder, 'user-data'));
  writeFileSync(join(folder, 'user-data', 'settings.json'), JSON.stringify({ version: 1, isWelcomed: true }));
}

function environmentIn(folder: string): Record<string, string> {
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(variables), TILESCRIBE_USER_DATA: join(folder, 'user-data') };
}

/** Ends the app at once, as a crash or the power would; its own processes see to themselves. */
export async function killApp({ electron }: RunningApp): Promise<void> {
  const child = electron.process();
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts the app once more, as "Open with" does while it runs. Resolves to the second process's exit code. */
export async function startAgain({ folder }: RunningApp, ...files: readonly string[]): Promise<unknown> {
  const child = spawn(ELECTRON, [...SANDBOX_SWITCHES, REPOSITORY, ...files], {
    env: environmentIn(folder),
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as unknown[];
  return code;
}

/**
 * So much speech, at least, that there is a middle to interrupt on a fast machine: different sentences where the
 * corpus is there, else one sentence over and over (which decodes slowly, being judged a repetition).
 */
export async function makeLongRecording(folder: string, seconds = 240): Promise<string> {
  const path = join(folder, 'long talk.wav');
  const parts = listParts(seconds);
  const inputs = parts.flatMap((part) => ['-i', part]);
  const joined = `concat=n=${parts.length}:v=0:a=1`;
  const sources = parts.map(
    (_, index) => `[${index}:a]aresample=16000,aformat=channel_layouts=mono[a${index}]`,
  );
  const labels = parts.map((_, index) => `[a${index}]`).join('');
  const filter = `${sources.join(';')};${labels}${joined}`;
  await promisify(execFile)('ffmpeg', ['-v', 'error', ...inputs, '-filter_complex', filter, path]);
  return path;
}

function listParts(seconds: number): readonly string[] {
  const kennedy = { path: KENNEDY, seconds: 11 };
  const corpus = CORPUS;
  const speech =
    corpus === null
      ? [kennedy]
      : readManifest(corpus, 'dev')
          .filter(({ language }) => language === 'en')
          .map((line) => ({ path: join(corpus, 'dev', line.file), seconds: line.seconds }));
  const parts: string[] = [];
  for (let index = 0, sum = 0; sum < seconds; index++) {
    const next = speech[index % speech.length] ?? kennedy;
    parts.push(next.path);
    sum += next.seconds;
  }
  return parts;
}

/** Through the page's file input: Chromium gives its files the same paths as dropped ones. */
export async function addFiles(page: Page, ...paths: readonly string[]): Promise<void> {
  await page.getByTestId('file-input').setInputFiles([...paths]);
}

/** Drops files onto the middle of the window, as the desktop would. */
export async function dropFiles(page: Page, ...paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  }
  await session.detach();
}

export function listJobs(page: Page): Promise<Job[]> {
  return page.evaluate(() => window.tilescribe.call('jobs.list', null));
}

/** Waits until the file's entry on screen shows the state. */
export async function waitForState(
  page: Page,
  fileName: string,
  state: JobState,
  timeoutMs = 120_000,
): Promise<void> {
  await page
    .locator(`[data-testid="job"][data-file-name="${fileName}"][data-state="${state}"]`)
    .first()
    .waitFor({ timeout: timeoutMs });
}

/** Through the dialog, as a person would. */
export async function exportAs(page: Page, format: ExportFormat): Promise<void> {
  await page.getByTestId('export').click();
  await page.getByTestId(`export-${format}`).click();
  await page.getByTestId('export-save').click();
}

/** Makes the next save dialogs answer with this path (null: closed). */
export async function answerSaveDialog(electron: ElectronApplication, path: string | null): Promise<void> {
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () =>
      Promise.resolve(filePath === null ? { canceled: true, filePath: '' } : { canceled: false, filePath });
  }, path);
}

export async function findEnginePid(electron: ElectronApplication): Promise<number> {
  const pid = await electron.evaluate(
    ({ app }) => app.getAppMetrics().find((metric) => metric.name === 'tilescribe-engine')?.pid,
  );
  if (pid === undefined) throw new Error('the engine process is not running');
  return pid;
}

export async function takeScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  // Else a change of theme is caught in the middle of its transition.
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}

const SIZES = [
  [1280, 800],
  [900, 600],
] as const;
const THEMES = ['light', 'dark'] as const;

/** Pictures in both themes and sizes. Resolves to how many pixels stick out sideways, at the most. */
export async function takeScreenshots(
  { electron, page }: Pick<RunningApp, 'electron' | 'page'>,
  name: string,
): Promise<number> {
  let most = 0;
  for (const [width, height] of SIZES) {
    await electron.evaluate(
      ({ BrowserWindow }, size) => {
        BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
      },
      { width, height },
    );
    await page.waitForFunction((expected) => window.innerWidth === expected, width);
    for (const theme of THEMES) {
      await electron.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source;
      }, theme);
      await page.waitForFunction(
        (isDark) => matchMedia('(prefers-color-scheme: dark)').matches === isDark,
        theme === 'dark',
      );
      await takeScreenshot(page, `${name}-${theme}-${width}x${height}`);
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    most = Math.max(most, overflow);
  }
  return most;
}
