import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describePackage } from '../../../src/packaging/deb.mjs';
import { findPackages, listPackagesInside } from '../../../src/packaging/packages-inside.mjs';

test.each([
  [`import { a } from 'valibot';`, ['valibot']],
  [`import {\n  a,\n  type B,\n} from '@fastify/busboy/lib';`, ['@fastify/busboy']],
  [`import 'uplot/dist/uPlot.css';`, ['uplot']],
  [`export { a } from 'react-dom/client';`, ['react-dom']],
  [`import type { A } from 'electron-builder';`, []],
  [`const a = createRequire(import.meta.url)('onnxruntime-node') as A;`, ['onnxruntime-node']],
  [`import { join } from 'node:path';\nimport { a } from './a.js';`, []],
])('%j imports %j', (source, packages) => {
  expect(findPackages(source)).toEqual(packages);
});

test('what is needed by what is imported is inside too, and nothing for development', async () => {
  const inside = await listPackagesInside(join(import.meta.dirname, '../../..'));
  const names = inside.map(({ name }) => name);

  expect(names).toEqual(expect.arrayContaining(['onnxruntime-common', 'scheduler', 'zustand']));
  expect(names).not.toContain('electron-builder');
  expect(names).not.toContain('vite');
  for (const { name, version, licence, integrity } of inside) {
    expect(version, name).toMatch(/^\d/);
    expect(licence, name).not.toBe('');
    expect(integrity, name).toMatch(/^sha512-/);
  }
});

test('the package depends on libraries by their names on Debian 12 and Ubuntu 24.04, and recommends the NPU', () => {
  const control = describePackage('1.2.3', 1000);

  expect(control).toContain('\nVersion: 1.2.3\n');
  expect(control).toMatch(/^Depends: .*ffmpeg.*libgtk-3-0 \| libgtk-3-0t64/m);
  expect(control).toMatch(/^Recommends: .*libxrt-npu2/m);
  expect(control.endsWith('\n')).toBe(true);
});
