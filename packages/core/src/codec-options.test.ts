import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import type { CodecOptions } from './codec-options.ts';
import { resolveCodecs } from './codec-options.ts';
import { OptionError } from './errors.ts';
import { Monitor } from './monitor.ts';

const key = randomBytes(32);
const text = key.toString('base64');

function refused(options: unknown): OptionError {
  try {
    resolveCodecs(options as CodecOptions, 'Client.codecs');
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

test.each([undefined, {}, { compress: false }])('%j ask for nothing, and cost nothing', (options) => {
  expect(resolveCodecs(options, 'Client.codecs')).toBeUndefined();
});

test('compression is told from how many bytes on', () => {
  expect(resolveCodecs({ compress: true }, 'c')?.compressAbove).toBe(1024);
  expect(resolveCodecs({ compress: {} }, 'c')?.compressAbove).toBe(1024);
  expect(resolveCodecs({ compress: { above: 0 } }, 'c')?.compressAbove).toBe(0);
});

test('a key may be bytes or base64', () => {
  for (const one of [key, new Uint8Array(key), text]) {
    const ring = resolveCodecs({ encrypt: { current: 'k', keys: { k: one } } }, 'c')?.encryption;
    expect(ring?.current.key.export()).toEqual(key);
  }
});

describe('wrong options are refused by name', () => {
  test.each<[string, unknown, string]>([
    ['Client.codecs', 'gzip', 'must be an object'],
    ['Client.codecs', [], 'must be an object'],
    ['Client.codecs.encypt', { encypt: { current: 'k', keys: { k: text } } }, 'is no option'],
    ['Client.codecs.compress', { compress: 'yes' }, 'must be true, false or { above: bytes }'],
    ['Client.codecs.compress.over', { compress: { over: 1 } }, 'is no option'],
    ['Client.codecs.compress.above', { compress: { above: -1 } }, 'must be a whole number'],
    ['Client.codecs.compress.above', { compress: { above: 2 ** 21 } }, 'must be a whole number'],
    ['Client.codecs.encrypt', { encrypt: text }, 'must be an object'],
    ['Client.codecs.encrypt.key', { encrypt: { current: 'k', key: text } }, 'is no option'],
    ['Client.codecs.encrypt.keys', { encrypt: { current: 'k' } }, 'must be an object of keys'],
    ['Client.codecs.encrypt.keys', { encrypt: { current: 'k', keys: null } }, 'must be an object of keys'],
    ['Client.codecs.encrypt.keys', { encrypt: { current: 'k', keys: text } }, 'must be an object of keys'],
    ['Client.codecs.encrypt.keys', { encrypt: { current: 'k', keys: { [text]: 'k' } } }, 'ids must be'],
    ['Client.codecs.encrypt.keys', { encrypt: { current: 'k', keys: { 'a b': text } } }, 'ids must be'],
    [
      'Client.codecs.encrypt.keys.k',
      { encrypt: { current: 'k', keys: { k: key.subarray(1) } } },
      'must be 32 bytes',
    ],
    [
      'Client.codecs.encrypt.keys.k',
      { encrypt: { current: 'k', keys: { k: key.toString('hex') } } },
      'must be 32 bytes',
    ],
    [
      'Client.codecs.encrypt.keys.k',
      { encrypt: { current: 'k', keys: { k: text.slice(0, 43) } } },
      'must be 32 bytes',
    ],
    ['Client.codecs.encrypt.keys.k', { encrypt: { current: 'k', keys: { k: 42 } } }, 'must be 32 bytes'],
    [
      'Client.codecs.encrypt.current',
      { encrypt: { current: 'k2', keys: { k: text } } },
      'must be the id of one of the keys (k)',
    ],
    ['Client.codecs.encrypt.current', { encrypt: { current: text, keys: { k: text } } }, 'must be the id'],
    [
      'Client.codecs.encrypt.current',
      { encrypt: { keys: { k: text } } },
      'must be the id of one of the keys',
    ],
    [
      'Client.codecs.encrypt.current',
      { encrypt: { current: '__proto__', keys: {} } },
      'must be the id of one of the keys',
    ],
  ])('%s: %#', (option, options, rule) => {
    const error = refused(options);
    expect(error.fields).toMatchObject({ option, rule: expect.stringContaining(rule) as string });
    // A person reads it in a log.
    expect(inspect(error, { depth: 10 })).not.toContain(text.slice(0, 12));
    expect(inspect(error, { depth: 10 })).not.toContain(key.toString('hex').slice(0, 12));
  });

  test('also where the option itself is mistyped, and still without the key', () => {
    const redis = 'redis://127.0.0.1:6379';
    const options: object = { redis, codec: { encrypt: { current: 'k', keys: { k: text } } } };
    const mistyped = options as { redis: string };
    for (const make of [() => new Client(mistyped), () => new Monitor(mistyped)]) {
      expect(make).toThrow('did you mean "codecs"?');
      expect(make).not.toThrow(text.slice(0, 12));
    }
  });
});

test('options that are resolved show no key', () => {
  const codecs = resolveCodecs({ encrypt: { current: 'k', keys: { k: key } } }, 'c');
  expect(inspect(codecs, { depth: 10, showHidden: true })).not.toContain(text.slice(0, 12));
  expect(JSON.stringify(codecs)).not.toContain(text.slice(0, 12));
});
