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

test('no remedy elsewhere spells the command itself', () => {
  const source = join(import.meta.dirname, '..', '..', '..', 'src');
  // What sets a clone up runs in a clone alone, what packages runs the command itself.
  const elsewhere = ['setup/', 'packaging/', 'models/command.mjs', 'cli/bin.mjs'];
  const spelled = /["'`](npx )?tilescribe (doctor|serve|--fetch-model)/;

  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !elsewhere.some((start) => file.startsWith(start)))
    .flatMap((file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/\*)?\*/.test(line) && spelled.test(line) && !line.includes('wrongUsage'))
        .map((line) => `${file}: ${line.trim()}`),
    );

  expect(found).toEqual([]);
});
