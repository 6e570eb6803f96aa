import { describe, expect, test } from 'vitest';
import { searchOf } from './job-search.ts';
import type { Comparison } from './job-tests.ts';
import type { JobView } from './store/job-reader.ts';

const NOW = 1_700_000_000_000;
const JOB: JobView = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5F00',
  name: 'mail.send',
  state: 'failed',
  queue: 'mail',
  priority: 'normal',
  isBlocked: false,
  tags: [],
  keys: {
    unique: undefined,
    key: undefined,
    debounce: undefined,
    throttle: undefined,
    limits: [],
    rates: [],
    group: undefined,
  },
  options: { maxAttempts: 10, retry: 'hangfire', timeoutMs: 0, onExhausted: 'fail' },
  displayName: undefined,
  metadata: undefined,
  version: 1,
  input: { user: { id: 7, name: 'Ada' }, at: '2026-03-01T00:00:00Z', size: '10' },
  createdAt: NOW - 600_000,
  dueAt: undefined,
  attempt: 3,
  recoveries: 0,
  worker: undefined,
  startedAt: undefined,
  result: undefined,
  error: undefined,
  parents: [],
  batch: undefined,
  history: [],
};

function fits(key: string, comparison: Comparison, value: string): boolean {
  return searchOf({ terms: [{ key, comparison, value }] }, NOW).matches(JOB);
}

describe('a value of the input is compared', () => {
  test.each([
    ['input.user.id', '=', '7'],
    ['input.user.name', '=', 'ada'],
    ['input.user.id', '!=', '8'],
    ['input.user.id', '<', '10'],
    ['input.user.id', '>=', '7'],
    ['input.user.id', '<=', '7.0'],
    ['input.at', '>', '2026-02-28'],
    ['input.at', '<', '2026-03-02'],
  ] as const)('%s %s %s', (key, comparison, value) => {
    expect(fits(key, comparison, value)).toBe(true);
  });

  test.each([
    ['input.user.id', '!=', '7'],
    ['input.user.id', '<', '7'],
    ['input.user.id', '>', 'many'],
    ['input.user.id', '>', ''],
    ['input.size', '>', '9'],
    ['input.user', '>', '0'],
    // What is not there is not different either: a slip of the pen selects nothing.
    ['input.usr.id', '!=', '8'],
  ] as const)('and is not so: %s %s %s', (key, comparison, value) => {
    expect(fits(key, comparison, value)).toBe(false);
  });
});

test('the age of a job counts from its end, or from when it was made', () => {
  const since = (at: number, job: Partial<JobView>): boolean =>
    searchOf({ terms: [], since: at }, NOW).matches({ ...JOB, ...job });
  const entry = { attempt: 3, worker: undefined, startedAt: 1, detail: undefined };
  const failed = { history: [{ what: 'failed', endedAt: NOW - 1000, ...entry }] } as const;
  expect(since(NOW - 2000, failed)).toBe(true);
  expect(since(NOW - 500, failed)).toBe(false);
  expect(since(NOW - 2000, { ...failed, state: 'enqueued' })).toBe(false);
  const moved = { history: [{ what: 'moved', endedAt: NOW - 1000, ...entry }] } as const;
  expect(since(NOW - 2000, { ...moved, state: 'awaiting' })).toBe(false);
  expect(since(NOW - 600_000, { ...moved, state: 'awaiting' })).toBe(true);
});

test('a search is a filter of a bulk operation where that says the same', () => {
  const state = { key: 'state', value: 'failed' };
  expect(searchOf({ terms: [state], since: NOW }, NOW).filter).toEqual({
    state: 'failed',
    newerThan: new Date(NOW),
  });
  expect(
    searchOf({ terms: [state, { key: 'input.a', comparison: '>', value: '1' }] }, NOW).filter,
  ).toBeUndefined();
  expect(searchOf({ terms: [], since: NOW }, NOW).filter).toBeUndefined();
});
