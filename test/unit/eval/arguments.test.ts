import { describe, expect, it } from 'vitest';
import { readCommonChoices, toOptions } from '../../eval/arguments.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';

describe('the choices of the measuring programs', () => {
  it('are the defaults of the product where nothing is said', () => {
    const choices = readCommonChoices({}, ['dev/manifest.json']);
    expect(choices.manifest).toBe('dev/manifest.json');
    expect(choices.limit).toBe(Infinity);
    expect(toOptions(choices)).toEqual(DEFAULT_OPTIONS);
  });

  it('reach the engine', () => {
    const values = { model: 'tiny', limit: '3', device: 'onnx', 'batch-size': '4', threads: '1' };
    const choices = readCommonChoices(values, ['m']);
    expect(choices.limit).toBe(3);
    expect(toOptions(choices)).toMatchObject({ model: 'tiny', device: 'onnx', batchSize: 4, threads: 1 });
  });

  it.each([
    [{}, [], 'give one MANIFEST'],
    [{}, ['a', 'b'], 'give one MANIFEST'],
    [{ device: 'gpu' }, ['m'], '--device must be one of'],
    [{ limit: '-1' }, ['m'], '--limit must be a whole number'],
    [{ 'batch-size': '2.5' }, ['m'], '--batch-size must be a whole number'],
    [{ threads: '' }, ['m'], '--threads must be a whole number'],
  ])('%j with %j are refused', (values, positionals, message) => {
    expect(() => readCommonChoices(values, positionals)).toThrow(message);
  });
});
