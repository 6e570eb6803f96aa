import type { JobView } from '@linstock/core';
import { expect, test } from 'vitest';
import { groupErrors } from './errors.ts';

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

test('one failure alone, and none', () => {
  expect(groupErrors([failed('mail', 'x', 5)])[0]?.spread.at(-1)).toBe(1);
  expect(groupErrors([])).toEqual([]);
});
