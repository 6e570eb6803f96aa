import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';
import type { RecurringChanges } from './recurring-change.ts';

const store = await sharedRedis();
const report = defineJob<{ kind: string }>({ name: 'report', queue: 'reports', maxAttempts: 3 });

let client: Client;
let monitor: Monitor;
beforeEach(async () => {
  const place = { redis: store.url, namespace: store.namespace(), shards: testShardCount() };
  client = new Client(place);
  monitor = new Monitor(place);
  await client.recurring.upsert(
    'r',
    report,
    { kind: 'daily' },
    {
      cron: '0 3 * * *',
      timeZone: 'Europe/Berlin',
      jitter: '1m',
      misfire: 'all',
    },
  );
});
afterEach(async () => {
  await client.close();
  await monitor.close();
});

const stored = async (): Promise<NonNullable<Awaited<ReturnType<Client['recurring']['get']>>>> => {
  const found = await client.recurring.get('r');
  if (found === undefined) throw new Error('it is gone');
  return found;
};

describe('a change of a recurring job', () => {
  test('leaves what it does not name', async () => {
    const before = await stored();
    expect(await client.recurring.change('r', { queue: 'other', overlap: 'skip' })).toBe(true);
    const { job, policy, schedule, nextAt } = await stored();
    expect(job).toEqual({ ...before.job, queue: 'other' });
    expect(policy).toEqual({ ...before.policy, overlap: 'skip' });
    expect(schedule).toEqual(before.schedule);
    expect(nextAt).toBe(before.nextAt);
  });

  test('of its rhythm moves its next tick, and keeps the rest of its schedule', async () => {
    await client.recurring.change('r', { every: '1h' });
    const { schedule, nextAt } = await stored();
    expect(schedule).toEqual({ every: 3_600_000, jitter: 60_000 });
    expect((nextAt ?? 0) % 3_600_000).toBe(0);
    await client.recurring.change('r', { cron: '0 5 * * *' });
    expect((await stored()).schedule).toEqual({ cron: '0 5 * * *', jitter: 60_000 });
    await client.recurring.change('r', { timeZone: 'Asia/Tehran' });
    expect((await stored()).schedule).toMatchObject({ cron: '0 5 * * *', timeZone: 'Asia/Tehran' });
  });

  test('of its input holds from the next job on, and the options of its jobs stay', async () => {
    await client.recurring.change('r', { input: { kind: 'weekly' }, priority: 'high' });
    const id = await client.recurring.trigger('r');
    expect(await monitor.job(id)).toMatchObject({
      input: { kind: 'weekly' },
      priority: 'high',
      queue: 'reports',
      options: { maxAttempts: 3 },
    });
  });

  test('that changes nothing says so', async () => {
    expect(await client.recurring.change('r', { cron: '0 3 * * *', timeZone: 'Europe/Berlin' })).toBe(false);
    expect(await client.recurring.change('r', {})).toBe(false);
  });

  test('does not undo another one that is made at the same time', async () => {
    await Promise.all([
      client.recurring.change('r', { queue: 'a' }),
      client.recurring.change('r', { overlap: 'skip' }),
      client.recurring.change('r', { misfire: 'skip' }),
      client.recurring.change('r', { input: 1 }),
    ]);
    const { job, policy } = await stored();
    expect(job).toMatchObject({ queue: 'a', payload: '1' });
    expect(policy).toMatchObject({ overlap: 'skip', misfire: 'skip' });
  });

  test('stands in the audit log with who made it', async () => {
    await client.recurring.change('r', { queue: 'a', by: 'ada', reason: 'moved' });
    expect((await monitor.audit({ target: 'r' }))[0]).toMatchObject({
      actor: 'ada',
      action: 'change',
      reason: 'moved',
    });
  });

  test.each([
    [{ cron: 'never mind' }, 'recurring.cron'],
    [{ every: '1ms' }, 'recurring.every'],
    [{ cron: '@daily', every: '1h' }, 'recurring'],
    [{ timeZone: 'Atlantis' }, 'recurring.timeZone'],
    [{ queue: 'a{b}' }, 'recurring.queue'],
    [{ misfire: 'maybe' }, 'recurring.misfire'],
  ] as const)('refuses %o by name', async (changes, option) => {
    await expect(client.recurring.change('r', changes as RecurringChanges)).rejects.toThrow(
      expect.objectContaining({ fields: expect.objectContaining({ option }) }),
    );
    expect((await stored()).version).toBe(1);
  });

  test('of one that is not there makes none', async () => {
    await expect(client.recurring.change('nobody', { queue: 'a' })).rejects.toMatchObject({
      code: 'RECURRING_NOT_FOUND',
    });
    expect(await client.recurring.get('nobody')).toBeUndefined();
  });
});
