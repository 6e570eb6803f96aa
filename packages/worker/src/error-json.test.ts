import { expect, test } from 'vitest';
import { errorJson } from './error-json.ts';

function shown(error: unknown): Record<string, unknown> {
  return JSON.parse(errorJson(error)) as Record<string, unknown>;
}

test('an error has its name, message, stack and code', () => {
  const error = Object.assign(new TypeError('no such file'), { code: 'ENOENT' });
  expect(shown(error)).toEqual({
    name: 'TypeError',
    message: 'no such file',
    code: 'ENOENT',
    stack: expect.stringContaining('error-json.test') as string,
  });
});

test.each([
  ['a text', 'no', 'no'],
  ['an object', { reason: 7 }, '{"reason":7}'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a BigInt', 7n, 'a thrown bigint'],
])('%s may be thrown', (_name, value, message) => {
  expect(shown(value)).toEqual({ name: 'Error', message });
});

test('a circular object may be thrown', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  expect(shown(circular)).toEqual({ name: 'Error', message: 'a thrown object' });
});

test('long messages and stacks are cut', () => {
  const error = new Error('x'.repeat(100_000));
  error.stack = 'y'.repeat(100_000);
  expect(errorJson(error).length).toBeLessThan(10_000);
  expect(shown(error)['message']).toMatch(/^x{4096}…$/);
});

test('the JSON is one line, whatever the error says', () => {
  expect(errorJson(new Error('two\nlines'))).not.toContain('\n');
});

test('an error whose own parts throw does not throw here', () => {
  const evil = new Error('evil');
  Object.defineProperty(evil, 'stack', {
    get: () => {
      throw new Error('worse');
    },
  });
  expect(shown(evil)).toEqual({ name: 'Error', message: 'an error that cannot be shown' });
  const nameless = Object.assign(new Error('no name'), { name: Object.create(null) as string });
  expect(shown(nameless)['name']).toBe('Error');
});
