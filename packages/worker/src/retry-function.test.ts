import { expect, test, vi } from 'vitest';
import { JobContext } from './job-context.ts';
import { JobRun } from './job-run.ts';
import type { RetryFunction } from './retry-function.ts';
import { adviceOf, checkHandleOptions } from './retry-function.ts';
import { newJob } from './testing/executor-stage.ts';
import { MemoryLog } from './testing/memory-log.ts';

const log = new MemoryLog();
const error = new TypeError('no');

function newRun(): JobRun {
  const facts = {
    name: 'greet',
    metadata: undefined,
    recurring: undefined,
    attempt: 3,
    recoveries: 0,
    startedAt: 5,
  };
  return new JobRun(newJob(), facts, {
    log,
    report: () => undefined,
    waitedFor: async () => ({ outcomes: new Map(), children: [] }),
    makeChild: () => Promise.reject(new Error('no children here')),
    rest: async () => undefined,
  });
}

function ask(retry: RetryFunction | undefined): unknown {
  return adviceOf(retry, error, newRun());
}

test('without a function there is no advice', () => expect(ask(undefined)).toBeUndefined());

test.each<[unknown, unknown]>([
  [undefined, undefined],
  ['fail', 'fail'],
  ['cancel', 'cancel'],
  [0, 0],
  ['1m', 60_000],
  [{ fixed: '5s' }, 5000],
  [{ exponential: '1s', jitter: 0 }, 4000],
  [['1s', '2s', '3s', '4s'], 3000],
])('%j means %j after the third attempt', (answer, advice) => {
  expect(ask(() => answer as never)).toBe(advice);
});

test('the formula of Hangfire may be named', () => {
  expect(ask(() => 'hangfire')).toBeGreaterThanOrEqual(31_000);
});

test('it hears of the error, the attempt and the context of the handler', () => {
  const retry = vi.fn<RetryFunction>(() => undefined);
  const run = newRun();
  run.context = new JobContext(run);
  adviceOf(retry, error, run);
  expect(retry).toHaveBeenCalledWith(error, 3, run.context);
});

test('it has a context also when the handler was never called', () => {
  expect(ask((_error, _attempt, ctx) => (ctx.name === 'greet' ? 'fail' : undefined))).toBe('fail');
});

test.each<[string, RetryFunction]>([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['names no duration', () => 'soon'],
  ['gives a negative delay', () => -1],
  ['gives no number', () => Number.NaN],
  ['gives a policy that is none', () => ({}) as never],
  ['gives a policy of nonsense', () => ({ exponential: '1s', jitter: Number.NaN })],
  ['gives null', () => null as never],
  ['gives a promise', (() => Promise.resolve('1s')) as never],
])('a function that %s is logged and has no advice', (_what, retry) => {
  log.lines.length = 0;
  expect(ask(retry)).toBeUndefined();
  expect(log.lines).toMatchObject([
    {
      level: 'warn',
      fields: { name: 'greet' },
      message: expect.stringContaining('retry function') as string,
    },
  ]);
});

test('options of a handler are checked', () => {
  expect(() => checkHandleOptions({ retry: { fixed: 5 } })).toThrow('handle.retry: must be a function');
  expect(() => checkHandleOptions({ retrys: 5 })).toThrow('did you mean "retry"?');
  expect(() => checkHandleOptions(undefined)).not.toThrow();
});
