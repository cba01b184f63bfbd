import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReporter, formatBytes } from '../../../src/setup/progress.mjs';
import {
  addTallies,
  formatTally,
  tallyCtest,
  tallyReport,
  tallyStep,
} from '../../../src/setup/test-report.mjs';
import { checkCorpus, checkEnglishModel } from '../../../src/setup/tests.mjs';

function reportOf(...files: readonly object[]): string {
  return JSON.stringify({ testResults: files });
}
const passed = { status: 'passed', fullName: 'a' };
const failed = { status: 'failed', fullName: 'b', failureMessages: ['Error: 1 is not 2\n    at x.ts:1'] };
const pending = { status: 'pending', fullName: 'c' };

test('tests are counted by outcome, and the last line has its exact form', () => {
  const report = reportOf(
    { status: 'failed', assertionResults: [passed, failed] },
    { status: 'passed', assertionResults: [passed, pending] },
  );

  expect(formatTally(tallyReport(report, 1, 'unit'))).toBe('2 passed, 1 failed, 1 skipped');
  const good = reportOf({ status: 'passed', assertionResults: [passed] });
  expect(formatTally(tallyReport(good, 0, 'unit'))).toBe('1 passed, 0 failed');
});

test('what failed is named with its reason', () => {
  const unnamed = { status: 'failed', fullName: 'c', failureMessages: [] };
  const report = reportOf({ status: 'failed', assertionResults: [failed, unnamed] });

  expect(tallyReport(report, 1, 'unit').failed).toEqual(['b: Error: 1 is not 2', 'c']);
});

test('a file that could not be loaded is a failure', () => {
  const report = reportOf({
    status: 'failed',
    name: 'a.ts',
    message: 'no such module',
    assertionResults: [],
  });

  expect(tallyReport(report, 1, 'unit').failed).toEqual(['a.ts: no such module']);
});

test.each([
  ['a failed run without a failed test', reportOf({ status: 'passed', assertionResults: [passed] })],
  ['a run without a report', null],
  ['a run with half a report', '{"testRes'],
])('%s is a failure', (_name, report) => {
  expect(tallyReport(report, 1, 'unit').failed).toEqual(['unit']);
});

test('steps and tests add up', () => {
  expect(formatTally(addTallies(tallyStep('a', true), tallyStep('b', false)))).toBe('1 passed, 1 failed');
});

test('every C++ test counts, by its outcome', () => {
  const output = [
    'Test project /x',
    '    Start 1: kernels',
    '1/5 Test #1: kernels ..........................   Passed    0.61 sec',
    ' 2/5 Test  #2: thread_pool ......................***Failed   47.60 sec',
    'pool_test.cc:5: failed: 1/2 is good',
    '3/5 Test #3: choice ...........................Subprocess aborted***Exception:   0.01 sec',
    '4/5 Test #4: slow .............................***Timeout 300.00 sec',
    '5/5 Test #5: avx512 ...........................***Skipped   0.00 sec',
    '60% tests passed, 2 tests failed out of 5',
  ].join('\n');

  expect(tallyCtest(output, 8, 'asan')).toEqual({
    passed: 1,
    failed: ['thread_pool (native, asan)', 'choice (native, asan)', 'slow (native, asan)'],
    skipped: ['avx512 (native, asan)'],
  });
});

test.each([
  ['without any test', 'No tests were found!!!', 0],
  ['that failed without a failed test', '1/1 Test #1: kernels ....   Passed    0.61 sec', 1],
  ['that could not start', 'spawn ctest ENOENT', 127],
])('a run of the C++ tests %s is a failure', (_name, output, exitCode) => {
  expect(tallyCtest(output, exitCode, 'release').failed).toHaveLength(1);
});

function record(isTerminal: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const reporter = createReporter({ write: (text) => written.push(text), isTerminal, nowMs: () => nowMs });
  return { reporter, written, pass: (ms: number) => (nowMs += ms) };
}

test('in a log a long step writes a line at most every few seconds, and its result', () => {
  const { reporter, written, pass } = record(false);
  const step = reporter.startStep('Fetching');

  for (let second = 1; second <= 11; second += 1) {
    pass(1_000);
    step.updateBytes(second * 1e6, 20e6);
  }
  step.finish();

  expect(written).toEqual([
    'Fetching ...\n',
    'Fetching: 25 % of 20.0 MB\n',
    'Fetching: 50 % of 20.0 MB\n',
    'Fetching: done (11.0 s)\n',
  ]);
});

test('on a terminal the line is rewritten in place', () => {
  const { reporter, written, pass } = record(true);
  const step = reporter.startStep('Fetching');
  pass(1_000);
  step.tick();
  step.finish('verified');

  expect(written).toEqual([
    '\r\x1b[2KFetching ...',
    '\r\x1b[2KFetching: 1 s',
    '\r\x1b[2KFetching: verified (1.0 s)\n',
  ]);
});

test('sizes are in megabytes, percent never above 100', () => {
  expect(formatBytes(1_500_000, null)).toBe('1.5 MB');
  expect(formatBytes(30, 20)).toBe('100 % of 0.0 MB');
});

test('a missing corpus is said, and is a failure only where it is asked for', () => {
  const said: string[] = [];
  const root = mkdtempSync(join(tmpdir(), 'tilescribe-test-'));
  const reporter = { ...record(false).reporter, say: (text: string) => said.push(text) };
  const env = { TILESCRIBE_SPEECH: join(root, 'absent') };

  checkCorpus(root, env, reporter);
  expect(said).toEqual([expect.stringContaining('Left out: the tests with the speech corpus')]);
  expect(() => {
    checkCorpus(root, { ...env, TILESCRIBE_REQUIRE_SPEECH: '1' }, reporter);
  }).toThrow('speech corpus');
  checkCorpus(root, { TILESCRIBE_SPEECH: root, TILESCRIBE_REQUIRE_SPEECH: '1' }, reporter);
});

test('a missing base.en is said, one that is installed or left by the benchmark is not', () => {
  const said: string[] = [];
  const root = mkdtempSync(join(tmpdir(), 'tilescribe-test-'));
  const reporter = { ...record(false).reporter, say: (text: string) => said.push(text) };
  const place = (folder: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'ggml-base.en.bin'), '');
  };

  checkEnglishModel(root, { TILESCRIBE_DATA_DIR: join(root, 'data') }, reporter);
  expect(said).toEqual([expect.stringContaining('Left out: the tests with the model base.en')]);
  place(join(root, 'data', 'models', 'base.en'));
  checkEnglishModel(root, { TILESCRIBE_DATA_DIR: join(root, 'data') }, reporter);
  place(join(root, '.cache', 'bench', 'whisper.cpp'));
  checkEnglishModel(root, { TILESCRIBE_DATA_DIR: join(root, 'elsewhere') }, reporter);
  expect(said).toHaveLength(1);
});
