import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandName, fetchCommand, howToRestore, isInstalled } from '../../../src/models/command.mjs';

test.each([
  ['file:///home/ada/tilescribe/out/main/cli.js', 'npx tilescribe --fetch-model base', /npm run build/],
  [
    'file:///opt/tilescribe/resources/app.asar/out/main/cli.js',
    'tilescribe --fetch-model base',
    /^Install Tilescribe again\.$/,
  ],
])('code at %s names the command that is there', (moduleUrl, command, restore) => {
  const installed = isInstalled(moduleUrl);

  expect(fetchCommand('base', installed)).toBe(command);
  expect(howToRestore('npm run build', installed)).toMatch(restore);
});

test('these tests run in a clone', () => {
  expect(isInstalled()).toBe(false);
  expect(commandName()).toBe('npx tilescribe');
});

const SOURCE = join(import.meta.dirname, '..', '..', '..', 'src');

/** Lines of code, comments left out, with their file. What sets a clone up, or packages, runs in a clone alone. */
function listLines(isMeant: (line: string) => boolean): readonly string[] {
  const elsewhere = ['setup/', 'packaging/', 'models/command.mjs', 'cli/bin.mjs'];
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .sort()
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !elsewhere.some((start) => file.startsWith(start)))
    .flatMap((file) =>
      readFileSync(join(SOURCE, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/\*|\*|\/\/)/.test(line) && isMeant(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
}

test('no remedy elsewhere spells the command itself', () => {
  const spelled = /["'`](npx )?tilescribe (doctor|serve|--fetch-model)/;

  expect(listLines((line) => spelled.test(line) && !line.includes('wrongUsage'))).toEqual([]);
});

test('npm is named only where it is asked whether there is one', () => {
  const isAsked = /restoreCommand\(|howToRestore\(/;

  expect(listLines((line) => /\bnpm (run|ci|install|start)\b/.test(line) && !isAsked.test(line))).toEqual([
    // Both are chosen for a clone alone.
    expect.stringMatching(/^engine\/doctor\/xrt-packages\.ts: headers: /),
    expect.stringMatching(/^models\/fetch\.mjs: : /),
  ]);
});
