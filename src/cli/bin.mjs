#!/usr/bin/env node
/**
 * The executable behind `npx tilescribe`. The command line itself is built from TypeScript to
 * out/main/cli.js; in a clone where that is not there yet, the set-up runs first, with all it says on
 * standard error, because standard output is for the transcript.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const builtUrl = new URL('../../out/main/cli.js', import.meta.url);
if (!existsSync(builtUrl)) {
  const setUp = fileURLToPath(new URL('../setup/run.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [setUp, 'setup-command-line'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import(builtUrl.href);
