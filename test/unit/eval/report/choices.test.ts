import { describe, expect, it } from 'vitest';
import { readReportChoices } from '../../../eval/report/choices.js';
import { ABLATIONS, COMPARISONS, CONFIGURATIONS } from '../../../eval/report/configurations.js';

describe('the choices of the report', () => {
  it('are everything, into the docs, where nothing is said', () => {
    expect(readReportChoices(['--report'])).toEqual({
      manifest: null,
      configurations: CONFIGURATIONS,
      parts: ['recordings', 'joined', 'invented', 'delayed'],
      isCached: false,
      isQuick: false,
      out: { kind: 'docs' },
    });
  });

  it('name configurations, in the order of the report', () => {
    const { configurations, parts } = readReportChoices([
      '--report',
      ...['--configs', 'whisper.cpp-q8,cpu', '--parts', 'joined'],
    ]);

    expect(configurations.map(({ id }) => id)).toEqual(['cpu', 'whisper.cpp-q8']);
    expect(parts).toEqual(['joined']);
  });

  it('leave the docs alone when they are quick', () => {
    expect(readReportChoices(['--report', '--quick']).out).toEqual({ kind: 'stdout' });
    expect(readReportChoices(['--report', '--quick', '--out', 'x.md']).out).toEqual({
      kind: 'file',
      path: 'x.md',
    });
  });

  it.each([
    [['--configs', 'npu'], '--configs knows'],
    [['--parts', ''], '--parts knows'],
    [['a', 'b'], 'give one MANIFEST'],
    [['--out', ''], '--out must name'],
    [['--beam'], '--beam'],
  ])('%j is refused', (args, message) => {
    expect(() => readReportChoices(['--report', ...args])).toThrow(message);
  });
});

describe('the configurations', () => {
  const ids = CONFIGURATIONS.map(({ id }) => id);

  it('have ids of their own, that files can be named by', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9.-]+$/);
  });

  it('are those that are compared', () => {
    for (const { first, second } of [...COMPARISONS, ...ABLATIONS]) {
      expect(ids).toContain(first);
      expect(ids).toContain(second);
    }
  });
});
