import { OptionError } from '@linstock/core';
import { expect, test } from 'vitest';
import type { WorkerOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { MemoryLog } from './testing/memory-log.ts';

const redis = 'redis://127.0.0.1:6379';
const log = new MemoryLog();

function refused(options: unknown): { option: unknown; rule: unknown; value: unknown } {
  try {
    resolveOptions(options as WorkerOptions);
  } catch (error) {
    if (error instanceof OptionError) return error.fields as never;
    throw error;
  }
  throw new Error('the options were accepted');
}

test('only Redis is required', () => {
  expect(resolveOptions({ redis, log }).queues.next()).toEqual(['default']);
  expect(resolveOptions({ redis, log })).toMatchObject({
    namespace: 'ls',
    shards: undefined,
    concurrency: 10,
    leaseMs: 15_000,
    beatMs: 3000,
    shutdownTimeoutMs: 25_000,
    abortGraceMs: 5000,
    maxEventLoopBlockMs: 60_000,
    commandTimeoutMs: 5000,
  });
});

test('durations may be texts', () => {
  const options = { redis, log, leaseMs: '30s', shutdownTimeout: '1m', maxEventLoopBlock: '5s' };
  expect(resolveOptions(options)).toMatchObject({
    leaseMs: 30_000,
    beatMs: 6000,
    shutdownTimeoutMs: 60_000,
    maxEventLoopBlockMs: 5000,
  });
});

test.each<[string, object, string, unknown]>([
  ['redis', {}, 'is required', undefined],
  ['concurrency', { redis, concurrency: 0 }, 'must be a whole number from 1 to 10000', 0],
  ['concurrency', { redis, concurrency: 1.5 }, 'must be a whole number', 1.5],
  ['concurrency', { redis, concurrency: '10' }, 'must be a whole number', '10'],
  ['concurrency', { redis, concurrency: Number.NaN }, 'must be a whole number', Number.NaN],
  ['queues', { redis, queues: [] }, 'must be a list of 1 to 100 queues', []],
  ['queues', { redis, queues: 'mail' }, 'must be a list', 'mail'],
  ['queues', { redis, queues: ['a', 'a'] }, 'must not name a queue twice', ['a', 'a']],
  ['queues', { redis, queues: ['a b'] }, 'letters, digits', ['a b']],
  ['leaseMs', { redis, leaseMs: 999 }, 'must be from 1 s to 10 min', 999],
  ['leaseMs', { redis, leaseMs: '11m' }, 'must be from 1 s to 10 min', '11m'],
  ['leaseMs', { redis, leaseMs: 'soon' }, 'must be milliseconds', 'soon'],
  ['maxEventLoopBlock', { redis, maxEventLoopBlock: 10 }, 'must be at least 1 s', 10],
  ['abortGrace', { redis, abortGrace: 'soon' }, 'must be milliseconds', 'soon'],
  ['shutdownTimeout', { redis, shutdownTimeout: -1 }, 'must be milliseconds', -1],
  ['commandTimeout', { redis, commandTimeout: 1 }, 'must be from 100 ms to 5 min', 1],
  ['namespace', { redis, namespace: 'a:b' }, 'letters, digits', 'a:b'],
  ['retention.failedCount', { redis, retention: { failedCount: 0 } }, 'from 1 to 1000000', 0],
  ['retention.succeededFor', { redis, retention: { succeededFor: 5 } }, 'must be from 1 s to 10 years', 5],
  ['shards', { redis, shards: 0 }, 'must be a whole number', 0],
  ['log', { redis, log: {} }, 'must be a logger with the methods of pino', {}],
])('a wrong %s is refused with option, rule and value: %o', (...row) => {
  const [option, options, rule, value] = row;
  expect(refused({ log, ...options })).toEqual({
    option: `Worker.${option}`,
    rule: expect.stringContaining(rule) as string,
    value,
  });
});

test('an unknown option is refused with a suggestion', () => {
  expect(refused({ redis, concurency: 5 })).toEqual({
    option: 'Worker.concurency',
    rule: 'is no option; did you mean "concurrency"?',
    value: 5,
  });
});

test('no options at all are refused by name', () => {
  expect(refused(undefined).option).toBe('Worker.redis');
  expect(refused('redis://127.0.0.1').option).toBe('Worker');
});
