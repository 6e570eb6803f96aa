import type { AlertEvent } from '@linstock/core';
import { expect, test } from 'vitest';
import { messageOf } from './message.ts';

const AT = Date.UTC(2026, 4, 1, 2, 5);

function missed(what: 'fired' | 'resolved', { value, about }: { value: number; about: string }): AlertEvent {
  const rule = { name: 'Runs', kind: 'missed', ageMs: 600_000, forMs: 0, enabled: true } as const;
  const own = { id: '1', alert: '2', by: undefined, why: '', deliveries: [] };
  return { ...own, what, rule, value, about, at: AT, since: AT };
}

test('missed runs are told in words that fit those that wait, came late and never came', () => {
  const { text, value, threshold, url } = messageOf(missed('fired', { value: 1_500_000, about: 'nightly' }), {
    installation: 'shop',
    url: 'https://jobs.example.com',
  });
  expect(text).toContain(
    'Recurring job nightly: a run that was due 25 min ago was passed over, or is more than 10 min late.',
  );
  expect([value, threshold]).toEqual([1_500_000, 600_000]);
  expect(url).toBe('https://jobs.example.com/#/recurring/nightly');
});

test('their end is told as one, also while another run waits', () => {
  const { text } = messageOf(missed('resolved', { value: 2000, about: 'hourly' }), { installation: 'shop' });
  expect(text).toContain('Recurring jobs run in time again.');
  expect(text).not.toContain('hourly');
});

test.each([
  [{}, 'Jobs that failed', 'errors'],
  [{ queue: 'mail' }, 'Jobs of queue mail that failed', 'search?q=state%3Afailed%20queue%3Amail'],
  [{ jobName: 'a.*' }, 'Jobs named a.* that failed', 'search?q=state%3Afailed%20name%3Aa.*'],
  [
    { queue: 'mail', jobName: 'send' },
    'Jobs named send of queue mail that failed',
    'search?q=state%3Afailed%20queue%3Amail%20name%3Asend',
  ],
])('failures are told of whatever the alert is about, with where they are: %j', (about, words, page) => {
  const rule = {
    name: 'Many',
    kind: 'failures',
    count: 3,
    withinMs: 300_000,
    forMs: 0,
    enabled: true,
  } as const;
  const event: AlertEvent = {
    ...missed('fired', { value: 4, about: '' }),
    rule: { ...rule, ...about },
  };
  const message = messageOf(event, { installation: 'shop', url: 'https://jobs.example.com' });
  expect(message.text).toContain(`${words} for good within 5 min: 4; the limit is 3.`);
  expect(message.url).toBe(`https://jobs.example.com/#/${page}`);
  expect(message.rule).toEqual({ id: '2', name: 'Many', kind: 'failures', ...about });
});
