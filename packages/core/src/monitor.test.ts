import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';
import type { PageOptions } from './monitor.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });

let client: Client;
let monitor: Monitor;
beforeEach(() => {
  const place = { redis: store.url, namespace: store.namespace(), shards: testShardCount() };
  client = new Client(place);
  monitor = new Monitor(place);
});
afterEach(async () => {
  await client.close();
  await monitor.close();
});

const idsOf = async (options: PageOptions): Promise<string[]> =>
  (await monitor.page(options)).jobs.map(({ id }) => id);

describe('a page', () => {
  test('of an installation that was never used is empty', async () => {
    expect(await monitor.page({ state: 'enqueued' })).toEqual({ jobs: [], total: 0 });
  });

  test('of what waits begins with what runs first, queue by queue', async () => {
    const low = await client.enqueue(greet, 1, { priority: 'low' });
    const critical = await client.enqueue(greet, 2, { priority: 'critical' });
    const other = await client.enqueue(greet, 3, { queue: 'other' });
    expect(await idsOf({ state: 'enqueued', queue: 'mail' })).toEqual([critical.id, low.id]);
    expect(await idsOf({ state: 'enqueued', queue: 'other' })).toEqual([other.id]);
    expect((await idsOf({ state: 'enqueued' })).toSorted()).toEqual(
      [low.id, critical.id, other.id].toSorted(),
    );
  });

  test('of what is delayed begins with what is due first, and is cut as asked', async () => {
    const due = await Promise.all(
      [3, 1, 2].map((hours) => client.schedule(greet, hours, { in: `${hours}h` })),
    );
    const [third, first, second] = due.map(({ id }) => id);
    expect(await idsOf({ state: 'scheduled' })).toEqual([first, second, third]);
    expect(await monitor.page({ state: 'scheduled', offset: 1, limit: 1 })).toMatchObject({
      jobs: [{ id: second }],
      total: 3,
    });
  });

  test.each([
    [{ state: 'failed', queue: 'mail' }, 'page.queue'],
    [{ state: 'enqueued', queue: 'a{b}' }, 'page.queue'],
    [{ state: 'gone' }, 'page.state'],
    [{ state: 'failed', limit: 501 }, 'page.limit'],
    [{ state: 'failed', offset: -1 }, 'page.offset'],
    [{ state: 'failed', page: 2 }, 'page.page'],
  ])('%j is refused, and the error names the option', async (options, option) => {
    const refused = monitor.page(options as PageOptions);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', fields: { option } });
  });
});

test('a job that does not exist is not found, whatever the id looks like', async () => {
  expect(await monitor.job('01JD3M5ZK8Q4XW7N2R6T000000')).toBeUndefined();
  expect(await monitor.job('no id')).toBeUndefined();
});
