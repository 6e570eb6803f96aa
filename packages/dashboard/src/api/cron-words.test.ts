import { expect, test } from 'vitest';
import { cronWords } from './cron-words.ts';

test.each([
  ['* * * * *', { kind: 'minutes', every: 1 }],
  ['*/15 * * * *', { kind: 'minutes', every: 15 }],
  ['0 */15 * * * *', { kind: 'minutes', every: 15 }],
  ['@hourly', { kind: 'hourly', minute: 0 }],
  ['30 * * * *', { kind: 'hourly', minute: 30 }],
  ['30 3 * * *', { kind: 'daily', at: 210 }],
  ['0 0 0 ? * *', { kind: 'daily', at: 0 }],
  ['0 18 * * 5', { kind: 'weekly', at: 1080, days: [5] }],
  ['0 18 * * mon-fri', { kind: 'weekly', at: 1080, days: [1, 2, 3, 4, 5] }],
  ['0 18 * * SAT-SUN', { kind: 'weekly', at: 1080, days: [6, 0] }],
  ['0 18 * * 0,7,1', { kind: 'weekly', at: 1080, days: [0, 1] }],
  ['@weekly', { kind: 'weekly', at: 0, days: [0] }],
  ['0 8 15 * *', { kind: 'monthly', at: 480, day: 15 }],
  ['0 8 L * *', { kind: 'monthly', at: 480, day: 0 }],
  ['@yearly', { kind: 'yearly', at: 0, day: 1, month: 1 }],
  ['0 0 31 DEC *', { kind: 'yearly', at: 0, day: 31, month: 12 }],
  // Those of which words would say only a part.
  ['@never', undefined],
  ['*/7 * * * *', undefined],
  ['30 0 3 * * *', undefined],
  ['0 2,3 * * *', undefined],
  ['0 9-17 * * *', undefined],
  ['0 0 13 * 5', undefined],
  ['0 0 * 6 *', undefined],
  ['0 0 * 6 MON', undefined],
  ['0 0 * * FRIL', undefined],
  ['0 0 * * MON#2', undefined],
  ['0 0 * * */2', undefined],
  ['0 0 15W * *', undefined],
])('%s is said as %j', (cron, words) => {
  expect(cronWords(cron)).toEqual(words);
});
