import type { JobView } from '@linstock/core';
import { expect, test } from 'vitest';
import { groupErrors } from './error-groups.ts';

function failed(name: string, message: string, endedAt: number): JobView {
  const error = { name: 'Error', message, stack: `Error: ${message}\n    at ${name} (${name}.ts:1:1)` };
  return {
    id: `${name}-${endedAt}`,
    name,
    error,
    history: [{ endedAt }],
    createdAt: 0,
  } as unknown as JobView;
}

test('failures of one job at one place are a group, with how they are spread over time', () => {
  const groups = groupErrors([
    failed('mail', 'no mailbox 7', 1000),
    failed('mail', 'no mailbox 8', 1010),
    failed('mail', 'no mailbox 9', 2000),
    failed('charge', 'declined', 1500),
  ]);
  expect(groups).toMatchObject([
    { job: 'mail', count: 3, firstAt: 1000, lastAt: 2000, sample: 'mail-1000' },
    { job: 'charge', count: 1 },
  ]);
  const [mail = [], charge = []] = groups.map(({ spread }) => spread);
  expect([mail.length, mail[0], mail.at(-1), charge[12]]).toEqual([24, 2, 1, 1]);
  expect([mail, charge].map((parts) => parts.reduce((sum, n) => sum + n, 0))).toEqual([3, 1]);
});

test('of errors at one place each name is a group, and so are jobs that killed their workers', () => {
  const one = failed('mail', 'no mailbox', 1000);
  const other = { ...one, error: { ...one.error, name: 'TypeError' } } as JobView;
  const poison = { ...one, state: 'failed', error: undefined, history: [{ what: 'rescued', endedAt: 5 }] };
  const late = { ...one, state: 'failed', error: undefined, history: [{ what: 'failed', endedAt: 5 }] };
  expect(groupErrors([one, other, poison as unknown as JobView, late as unknown as JobView])).toMatchObject([
    { error: 'Error', cause: 'error', count: 1 },
    { error: 'TypeError', cause: 'error' },
    { error: 'Poison', cause: 'poison', message: 'its workers died with it' },
    { error: 'Unknown', cause: 'other' },
  ]);
});

test('one failure alone, and none', () => {
  expect(groupErrors([failed('mail', 'x', 5)])[0]?.spread.at(-1)).toBe(1);
  expect(groupErrors([])).toEqual([]);
});
