import type { JobView } from '@linstock/core';
import { describe, expect, test } from 'vitest';
import { parseSearch } from './search-query.ts';

const NOW = 1_700_000_000_000;
const JOB: JobView = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5F00',
  name: 'mail.send',
  state: 'failed',
  queue: 'mail',
  priority: 'high',
  isBlocked: false,
  tags: ['urgent'],
  keys: {
    unique: 'ada:7',
    key: undefined,
    debounce: undefined,
    throttle: undefined,
    limits: ['bank', 'group:acme'],
    rates: ['api'],
    group: 'acme',
  },
  options: { maxAttempts: 10, retry: 'hangfire', timeoutMs: 0, onExhausted: 'fail' },
  displayName: 'Mail to Ada',
  metadata: undefined,
  version: 1,
  input: { user: { id: 7, name: 'Ada' }, to: ['ada@example.com'] },
  createdAt: NOW - 30 * 60_000,
  dueAt: undefined,
  attempt: 3,
  recoveries: 0,
  worker: undefined,
  startedAt: undefined,
  result: undefined,
  error: { name: 'RouteError', message: 'no route to host' },
  parents: [],
  batch: undefined,
  history: [],
};

describe('a search finds a job by', () => {
  test.each([
    'route',
    'ADA',
    '01ARZ3NDEKTSV4RRFFQ69G5F00',
    'name:mail.send',
    'name:mail*',
    'state:failed queue:mail tag:urgent priority:high',
    'unique:ada:7',
    'unique:*',
    'unique:ada* group:ac*',
    'limit:bank limit:api limit:group:acme',
    'group:acme',
    'error:"no route"',
    'error:routeerror',
    'attempts:>2 attempts:<4 attempts:3',
    'created:<1h created:>10m',
    'input.user.id:7',
    'input.user.name:ada host',
    'input.to.0:ada@example.com',
  ])('%s', (text) => {
    expect(parseSearch(text, NOW).matches(JOB)).toBe(true);
  });
});

describe('a search does not find a job by', () => {
  test.each([
    'nowhere',
    'name:mail',
    'state:enqueued',
    'tag:urg',
    'unique:ada',
    'unique:da*',
    'key:*',
    'debounce:*',
    'throttle:ada:7',
    'limit:acme',
    'group:bank',
    'error:"No  route"',
    'attempts:>3',
    'created:<10m',
    'input.user.id:8',
    'input.user.__proto__.x:1',
    'result.ok:true',
    'mail nowhere',
  ])('%s', (text) => {
    expect(parseSearch(text, NOW).matches(JOB)).toBe(false);
  });
});

test('a search finds jobs by how long they run, of those that have said it', () => {
  const long: JobView = { ...JOB, state: 'processing', startedAt: NOW - 6 * 60_000 };
  const finds = (text: string, job: JobView): boolean => parseSearch(text, NOW).matches(job);
  expect([finds('running:>5m', long), finds('running:<10m running:>1s', long)]).toEqual([true, true]);
  expect([finds('running:>6m', long), finds('running:<5m', long)]).toEqual([false, false]);
  expect([finds('running:>0s', JOB), finds('running:<9d', JOB)]).toEqual([false, false]);
  expect(parseSearch('state:processing running:>5m', NOW).filter).toBeUndefined();
});

test('a search finds jobs by how long ago they ended, or failed', () => {
  const ended = NOW - 6 * 60_000;
  const line = { attempt: 3, worker: 'w', startedAt: ended - 1, error: undefined };
  const history = [
    { ...line, what: 'failed', endedAt: ended },
    // No end: it was changed where it was.
    { ...line, what: 'moved', endedAt: NOW },
  ] as unknown as JobView['history'];
  const finds = (text: string, state: JobView['state']): boolean =>
    parseSearch(text, NOW).matches({ ...JOB, state, history });
  expect(['ended:<7m', 'ended:>5m', 'failed:<1h'].map((text) => finds(text, 'failed'))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['ended:>7m', 'failed:<5m'].map((text) => finds(text, 'failed'))).toEqual([false, false]);
  expect([finds('ended:<7m', 'succeeded'), finds('failed:<7m', 'succeeded')]).toEqual([true, false]);
  expect([finds('ended:<9d', 'scheduled'), finds('ended:>0s', 'processing')]).toEqual([false, false]);
  expect(parseSearch('state:failed failed:<1h', NOW).filter).toBeUndefined();
});

describe('a search goes through', () => {
  test('one state when it names one, else through all of them', () => {
    expect(parseSearch('state:failed x', NOW).states).toEqual(['failed']);
    expect(parseSearch('x', NOW).states).toHaveLength(7);
    expect(parseSearch('running:>5m x', NOW).states).toEqual(['processing']);
    expect(parseSearch('failed:<5m x', NOW).states).toEqual(['failed']);
    expect(parseSearch('ended:<5m x', NOW).states).toEqual(['failed', 'cancelled', 'succeeded']);
    expect(parseSearch('state:failed ended:<5m', NOW).states).toEqual(['failed']);
    expect(parseSearch('state:failed running:>5m', NOW).states).toEqual(['failed']);
  });

  test('one queue when it names one that can be', () => {
    expect(parseSearch('state:enqueued queue:mail x', NOW).queue).toBe('mail');
    expect(parseSearch('queue:mail x', NOW).queue).toBe('mail');
    expect(parseSearch('queue:"a b" x', NOW)).toMatchObject({ queue: undefined, namedQueue: 'a b' });
  });
});

test('a search by tag goes through what has the first of them', () => {
  expect(parseSearch('state:failed tag:"a b" tag:y x', NOW).tag).toBe('a b');
  expect(parseSearch('"tag:x" x', NOW).tag).toBe(undefined);
  expect(parseSearch('name:mail.* name:x', NOW).name).toBe('mail.*');
  expect(parseSearch('input.a:1 x state:failed', NOW).states).toEqual(['failed']);
  expect(parseSearch('input.a:1 queue:mail state:enqueued', NOW).queue).toBe('mail');
  expect(parseSearch('"name:x" name:"no name"', NOW).name).toBe(undefined);
});

test('a search that a bulk operation can repeat says its filter', () => {
  expect(parseSearch('state:failed name:mail.send tag:urgent', NOW).filter).toEqual({
    state: 'failed',
    name: 'mail.send',
    tag: 'urgent',
  });
  for (const text of [
    'state:failed host',
    'name:mail.send',
    'state:failed name:mail*',
    'state:failed attempts:3',
    'state:failed unique:*',
    // A filter knows one of each: it would be of more jobs than were found.
    'state:failed tag:a tag:b',
    'state:failed queue:a queue:b',
  ])
    expect([text, parseSearch(text, NOW).filter]).toEqual([text, undefined]);
});

test.each([
  ['', 'must have something to search for'],
  ['   ', 'must have something to search for'],
  ['colour:red', 'knows these qualifiers: state, queue, name'],
  ['state:gone', 'must have a state of'],
  ['tag:""', 'characters behind tag:'],
  ['toString:x', 'throttle, limit, group'],
  ['attempts:many', 'attempts:>2'],
  ['created:yesterday', 'created:<1h'],
  ['running:long', 'running:<1h'],
  ['ended:yesterday', 'ended:<1h'],
])('"%s" is refused, and why', (text, message) => {
  expect(() => parseSearch(text, NOW)).toThrow(message);
});
