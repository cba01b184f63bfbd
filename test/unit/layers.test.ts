/**
 * Who may import what. The folders of src/ and of native/ are layers; this reads every import and every
 * #include of every file and holds it against the tables. A new kind of import is allowed here first, on
 * purpose, or not at all.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { builtinModules } from 'node:module';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** `types` are for `import type` alone; `?modulePath` gives the path of a built entry, not its code. */
type Allowance = Readonly<Record<'code' | 'types' | 'modulePath', readonly string[]>>;

function allow(code: readonly string[], rest: Partial<Allowance> = {}): Allowance {
  return { code, types: [], modulePath: [], ...rest };
}

// 'node:*' stands for Node's own modules, 'asset' for a style sheet or a picture. A layer may always import itself.
const TABLE: Readonly<Record<string, Allowance>> = {
  // fflate zips a Word document.
  shared: allow(['valibot', 'fflate']),
  models: allow(['node:*']),
  setup: allow(['models', 'node:*']),
  packaging: allow([
    'models',
    'setup',
    'node:*',
    'electron-builder',
    '@electron/fuses',
    'playwright-core',
    'valibot',
  ]),
  node: allow(['shared', 'node:*']),
  engine: allow(['shared', 'node', 'models', 'node:*', 'onnxruntime-node', 'valibot']),
  main: allow(['shared', 'node', 'models', 'node:*', 'electron', 'valibot'], {
    types: ['engine', 'preload'],
    modulePath: ['engine'],
  }),
  preload: allow(['shared', 'electron']),
  renderer: allow(
    ['shared', 'valibot', 'react', 'react-dom', 'zustand', '@tanstack/react-virtual', 'asset'],
    { types: ['preload'] },
  ),
  server: allow(['shared', 'node', 'models', 'engine', 'node:*', 'valibot', '@fastify/busboy']),
  start: allow(['models', 'main', 'cli', 'node:*']),
  cli: allow(['shared', 'node', 'models', 'engine', 'server', 'node:*', 'valibot']),
};

/** The folders of native/. A header in angle brackets is of the system, but for Node's own. */
const NATIVE_TABLE: Readonly<Record<string, readonly string[]>> = {
  base: [],
  cpu: ['base'],
  machine: ['base'],
  audio: ['cpu', 'base'],
  voice: ['cpu', 'base'],
  whisper: ['audio', 'cpu', 'base'],
  npu: ['kernels', 'whisper', 'cpu', 'base'],
  addon: ['npu', 'whisper', 'voice', 'audio', 'machine', 'cpu', 'base', 'napi.h'],
  // Of the evaluation alone.
  reference: ['whisper', 'audio', 'cpu', 'base', 'napi.h'],
  test: ['kernels', 'npu', 'reference', 'whisper', 'voice', 'audio', 'machine', 'cpu', 'base'],
  bench: ['whisper', 'voice', 'audio', 'machine', 'cpu', 'base', 'test'],
};

/** The folders of kernels/ and their tests. Headers are named from the root of the repository. */
const KERNELS_TABLE: Readonly<Record<string, readonly string[]>> = {
  code: ['kernels', 'aie_api'],
  test: ['kernels', 'cpu', 'test'],
};

interface Import {
  readonly specifier: string;
  readonly kind: keyof Allowance;
}

/** Imports, re-exports, dynamic imports, `require` and `import('…')` types, as the compiler's own parser sees them. */
function listImports(fileName: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, isTypeOnly: boolean): void => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const [specifier = '', query] = node.text.split('?');
    if (query === 'modulePath') found.push({ specifier, kind: 'modulePath' });
    else found.push({ specifier, kind: isTypeOnly ? 'types' : 'code' });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')
    ) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true));
  return found;
}

/** What the table calls the thing that is imported: a layer, a package, 'node:*' or 'asset'. */
function nameTarget(file: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    if (/\.(css|svg|png)$/.test(specifier)) return 'asset';
    const [top = '', layer = ''] = normalize(join(dirname(file), specifier)).split('/');
    return top === 'src' ? layer : `${top}/${layer}`;
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return 'node:*';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** One sentence for each import that the table does not allow. */
function findViolations(file: string, text: string): readonly string[] {
  const layer = file.split('/')[1] ?? '';
  const rule = TABLE[layer];
  if (!rule) return [`${file} is in src/${layer}, which has no row in the table of layers.`];
  return listImports(file, text).flatMap(({ specifier, kind }) => {
    const target = nameTarget(file, specifier);
    const allowed = [layer, ...rule.code, ...(kind === 'code' ? [] : rule[kind])];
    if (allowed.includes(target)) return [];
    const how = { code: 'imports', types: 'imports a type from', modulePath: 'imports the path of' }[kind];
    return [`${file} ${how} "${specifier}", but src/${layer} may import only: ${describeRule(layer, rule)}.`];
  });
}

function describeRule(layer: string, rule: Allowance): string {
  return [
    `src/${layer}`,
    ...rule.code,
    ...rule.types.map((name) => `types of ${name}`),
    ...rule.modulePath.map((name) => `${name}?modulePath`),
  ].join(', ');
}

/** One sentence for each #include of a file in native/ that the table does not allow. */
function findNativeViolations(file: string, text: string): readonly string[] {
  const layer = file.split('/')[1] ?? '';
  const allowed = NATIVE_TABLE[layer];
  if (!allowed) return [`${file} is in native/${layer}, which has no row in the table of layers.`];
  return [...text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)].flatMap(([, quote, header = '']) => {
    const isNodes = /^(napi|node_api|js_native_api|node|v8|uv)\b/.test(header);
    if (quote === '<' && !isNodes) return [];
    // Paths are from native/, so the first part is the layer.
    const target = isNodes || !header.includes('/') ? header : (header.split('/')[0] ?? '');
    if (target === layer || allowed.includes(target)) return [];
    const may = [`native/${layer}`, ...allowed, 'the standard library'].join(', ');
    return [`${file} includes "${header}", but native/${layer} may include only: ${may}.`];
  });
}

/** The same for kernels/: what runs on the NPU knows nothing of native/; its host tests compare with it. */
function findKernelViolations(file: string, text: string): readonly string[] {
  const kind = /_test\.cc$|\/test\//.test(file) ? 'test' : 'code';
  const allowed = KERNELS_TABLE[kind] ?? [];
  return [...text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)].flatMap(([, quote, header = '']) => {
    const isNodes = /^(napi|node_api|js_native_api|node|v8|uv)\b/.test(header);
    if (quote === '<' && !isNodes) return [];
    if (header.includes('/') && allowed.includes(header.split('/')[0] ?? '')) return [];
    return [
      `${file} includes "${header}", but kernels/ may include only: ${allowed.join(', ')}, the standard library.`,
    ];
  });
}

function listSources(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path))
    .map((path) => join(folder, path));
}

function listFolders(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

test('every import in src/ is one that its layer may make', () => {
  const sources = listSources('src', /\.(ts|tsx|mjs)$/);
  const violations = sources.flatMap((file) => findViolations(file, readFileSync(file, 'utf8')));

  expect(violations).toEqual([]);
});

test('every #include in native/ is one that its layer may make', () => {
  const sources = listSources('native', /\.(cc|h)$/);
  const violations = sources.flatMap((file) => findNativeViolations(file, readFileSync(file, 'utf8')));

  expect(sources.length).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});

test('every #include in kernels/ is one that it may make', () => {
  const sources = listSources('kernels', /\.(cc|h)$/);
  const violations = sources.flatMap((file) => findKernelViolations(file, readFileSync(file, 'utf8')));

  expect(sources.length).toBeGreaterThan(10);
  expect(violations).toEqual([]);
});

test('every folder of src/ is a layer, and every layer is a folder', () => {
  expect(listFolders('src')).toEqual(Object.keys(TABLE).sort());
});

test('every folder of native/ is a layer, and every layer is a folder', () => {
  expect(listFolders('native')).toEqual(Object.keys(NATIVE_TABLE).sort());
});

test.each([
  ['src/engine/a.ts', `import { app } from 'electron';`, 'electron'],
  ['src/engine/deep/a.ts', `import { x } from '../../main/x.js';`, '../../main/x.js'],
  ['src/engine/a.ts', `const x = await import('electron');`, 'electron'],
  ['src/engine/a.ts', `export { x } from '../cli/x.js';`, '../cli/x.js'],
  ['src/main/a.ts', `import { createEngine } from '../engine/engine.js';`, '../engine/engine.js'],
  ['src/renderer/a.tsx', `import { readFile } from 'node:fs';`, 'node:fs'],
  ['src/renderer/a.tsx', `import { readFile } from 'fs/promises';`, 'fs/promises'],
  ['src/renderer/a.tsx', `import { api } from '../preload/index.js';`, '../preload/index.js'],
  ['src/shared/a.ts', `type X = import('../main/x.js').X;`, '../main/x.js'],
  ['src/models/a.mjs', `import * as v from 'valibot';`, 'valibot'],
  ['src/setup/a.mjs', `import * as vite from 'vite';`, 'vite'],
  ['src/preload/a.ts', `const fs = require('fs');`, 'fs'],
  ['src/cli/a.ts', `import { run } from '../../test/eval/eval.js';`, '../../test/eval/eval.js'],
])('%s with %s is refused in a sentence with file, import and rule', (file, text, specifier) => {
  const [violation = ''] = findViolations(file, text);

  expect(violation).toContain(`${file} imports`);
  expect(violation).toContain(`"${specifier}"`);
  expect(violation).toMatch(/but src\/\w+ may import only: src\//);
});

test.each([
  ['src/main/a.ts', `import type { Engine } from '../engine/engine.js';`],
  ['src/main/a.ts', `import enginePath from '../engine/entry?modulePath';`],
  ['src/renderer/a.tsx', `import type { PreloadApi } from '../preload/api.js'; import './app.css';`],
  ['src/renderer/a.tsx', `import { createRoot } from 'react-dom/client';`],
  ['src/models/a.mjs', `/** @typedef {import('./catalog.mjs').Model} Model */ import 'node:fs';`],
])('%s with %s is allowed', (file, text) => {
  expect(findViolations(file, text)).toEqual([]);
});

test.each([
  ['native/base/a.h', '#include "cpu/kernels.h"', 'cpu/kernels.h'],
  ['native/cpu/a.cc', '#include "whisper/config.h"', 'whisper/config.h'],
  ['native/cpu/a.cc', '  #  include "test/check.h"', 'test/check.h'],
  ['native/whisper/a.cc', '#include "addon/values.h"', 'addon/values.h'],
  ['native/whisper/a.cc', '#include <napi.h>', 'napi.h'],
  ['native/test/a_test.cc', '#include <node_api.h>', 'node_api.h'],
  ['native/addon/a.cc', '#include "test/check.h"', 'test/check.h'],
  ['native/addon/a.cc', '#include "reference/float_model.h"', 'reference/float_model.h'],
  ['native/whisper/a.cc', '#include "config.h"', 'config.h'],
  ['native/whisper/a.cc', '#include "../base/status.h"', '../base/status.h'],
])('%s with %s is refused in a sentence with file, header and rule', (file, text, header) => {
  const [violation = ''] = findNativeViolations(file, text);

  expect(violation).toContain(`${file} includes "${header}"`);
  expect(violation).toMatch(/but native\/\w+ may include only: native\//);
});

test.each([
  ['native/base/a.cc', '#include "base/status.h"\n#include <vector>'],
  ['native/cpu/a.cc', '#include <immintrin.h>\n#include "base/thread_pool.h"'],
  ['native/whisper/a.cc', '#include "cpu/kernels.h"\n// #include "addon/values.h" would be refused'],
  ['native/addon/a.cc', '#include <napi.h>\n#include "whisper/session.h"'],
  ['native/bench/a.cc', '#include "test/runnable.h"'],
])('%s with %s is allowed', (file, text) => {
  expect(findNativeViolations(file, text)).toEqual([]);
});

test.each([
  ['kernels/gelu/kernel.cc', '#include "cpu/kernels.h"'],
  ['kernels/common/a.h', '#include "base/status.h"'],
  ['kernels/gelu/kernel.cc', '#include "kernel.h"'],
  ['kernels/gelu/gelu_test.cc', '#include "whisper/decoder.h"'],
  ['kernels/gelu/kernel.cc', '#include <napi.h>'],
])('%s with %s is refused', (file, text) => {
  expect(findKernelViolations(file, text)).toEqual([expect.stringContaining(`${file} includes`)]);
});

test.each([
  ['kernels/gelu/kernel.cc', '#include "kernels/common/npu_vec.h"\n#include <aie_api/aie.hpp>'],
  ['kernels/gelu/gelu_test.cc', '#include "cpu/kernels.h"\n#include "test/check.h"'],
])('%s with %s is allowed', (file, text) => {
  expect(findKernelViolations(file, text)).toEqual([]);
});
