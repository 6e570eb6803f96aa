import { expect, test } from 'vitest';

import { readOptions } from './options.ts';

test('a full run measures every row under both durabilities', () => {
  const options = readOptions([]);
  expect(options.durabilities).toEqual(['none', 'aof-everysec']);
  expect(options.rows).toHaveLength(34);
  expect(options.sizes.runs).toBe(5);
});

test('a quick run measures the fourteen rows without persistence', () => {
  const options = readOptions(['--quick']);
  expect(options.durabilities).toEqual(['none']);
  expect(options.rows).toHaveLength(14);
});

test('a quick run measures a feature only when it is named', () => {
  expect(readOptions(['--quick']).rows).not.toContain('run-c100-keyed');
  expect(readOptions(['--quick', '--only', 'run-c100-keyed']).rows).toEqual(['run-c100-keyed']);
});

test('an unknown option is refused by name', () => {
  expect(() => readOptions(['--quik'])).toThrow("Unknown option '--quik'");
});

test('an unknown row or library is refused by name', () => {
  expect(() => readOptions(['--only', 'run-c7'])).toThrow("--only: there is no 'run-c7'");
  expect(() => readOptions(['--peers', 'linstock,celery'])).toThrow("--peers: there is no 'celery'");
});

test.each(['0', '1.5', 'many'])('--runs does not take %s', (value) => {
  expect(() => readOptions(['--runs', value])).toThrow('--runs takes a whole number from 1');
});
