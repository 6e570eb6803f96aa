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
