import { Monitor } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changedLimits, checkFlags } from '../queue-limits.ts';
import { rate, rateText } from '../rate.ts';
import { cliFor, jsonOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
let run: ReturnType<typeof cliFor>;
let monitor: Monitor;
beforeEach(() => {
  const namespace = store.namespace();
  run = cliFor(store.url, namespace);
  monitor = new Monitor({ redis: store.url, namespace });
});
afterEach(() => monitor.close());

test('limits of a queue are set, shown, taken away, and those of a queue that is not there are not found', async () => {
  const set = ['queue', 'limit', 'mail', '--limit', '20', '--rate', '100/1m', '--burst', '5', '--json'];
  const settings = { limit: 20, rate: { limit: 100, per: 60_000, burst: 5 } };
  expect(jsonOf(await run([...set, '--reason', 'asked for']))).toEqual({
    name: 'mail',
    settings: { ...settings, size: null },
  });
  expect((await monitor.queue('mail')).settings).toEqual(settings);
  expect((await monitor.audit({ action: 'configure' }))[0]).toMatchObject({ reason: 'asked for' });
  expect((await run(['queue', 'limit', 'mail', '--size', '500', '--limit', 'none'])).code).toBe(0);
  expect((await run(['queue', 'limit', 'mail'])).stdout).toMatch(
    /Limit +none\nRate +100 in 1m, 5 at once start\nSize +500 may wait/,
  );
  expect(jsonOf(await run(['queue', 'limit', 'mail', '--clear', '--json']))).toEqual({
    name: 'mail',
    settings: { limit: null, rate: null, size: null },
  });
  expect(await run(['queue', 'limit', 'mail'])).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('QUEUE_NOT_FOUND'),
  });
});

test('what is not named stays as it is', () => {
  const before = { limit: 3, rate: { limit: 9, per: 1000, burst: 9 }, size: 7 };
  expect(changedLimits(before, { size: 8 })).toEqual({ ...before, size: 8 });
  expect(changedLimits(before, { rate: 'none' })).toEqual({ limit: 3, size: 7 });
  expect(changedLimits(before, { rate: { limit: 1, per: 5 }, burst: 'window' }).rate).toEqual({
    limit: 1,
    per: 5,
    burst: 'window',
  });
  expect(changedLimits(before, { clear: true })).toEqual({});
  expect(changedLimits(undefined, { limit: 1 })).toEqual({ limit: 1 });
});

test('what cannot be meant together is refused', () => {
  expect(() => checkFlags({ clear: true, limit: 3 })).toThrow('either --clear');
  expect(() => checkFlags({ burst: 3 })).toThrow('--burst goes with --rate');
  expect(() => checkFlags({ burst: 3, rate: 'none' })).toThrow('--burst goes with --rate');
});

test('a rate is a number in a time', () => {
  expect(rate('100/1m')).toEqual({ limit: 100, per: 60_000 });
  expect(rate('20/s')).toEqual({ limit: 20, per: 1000 });
  expect(rateText({ limit: 20, per: 1000, burst: 'window' })).toBe('20 in any 1s');
  for (const wrong of ['100', '/1m', '100/', '100/x', '1/2/3', '-1/s', '1.5/s', '100/5y'])
    expect(() => rate(wrong)).toThrow('such as 100/1m');
});
