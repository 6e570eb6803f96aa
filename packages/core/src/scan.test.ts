import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';
import type { ScanOptions } from './scan.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

let client: Client;
let monitor: Monitor;
let worker: ClientWorker;
beforeEach(async () => {
  const namespace = store.namespace();
  const shards = testShardCount();
  client = new Client({ redis: store.url, namespace, shards });
  monitor = new Monitor({ redis: store.url, namespace, shards });
  await client.connect();
  worker = await ClientWorker.start({ url: store.url, namespace, shards });
});
afterEach(async () => {
  worker.close();
  await client.close();
  await monitor.close();
});

async function idsOf(options: ScanOptions): Promise<string[]> {
  const ids: string[] = [];
  for await (const { jobs } of monitor.scan(options)) ids.push(...jobs.map(({ id }) => id));
  return ids.toSorted();
}

const sorted = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id).toSorted();

describe('a scan', () => {
  test('of an installation that was never used finds nothing', async () => {
    for (const state of ['enqueued', 'failed', 'succeeded', 'processing'] as const)
      expect(await idsOf({ state })).toEqual([]);
  });

  test('finds all that wait, wherever they wait, each once', async () => {
    const jobs = [
      ...(await client.enqueueMany(greet, numbers(25))),
      ...(await client.enqueueMany(greet, numbers(5), { priority: 'low' })),
      ...(await client.enqueueMany(greet, numbers(9), { group: 'a' })),
      ...(await client.enqueueMany(greet, numbers(3), { queue: 'other' })),
    ];
    expect(await idsOf({ state: 'enqueued', step: 4 })).toEqual(sorted(jobs));
    expect(await idsOf({ state: 'enqueued', queue: 'other' })).toHaveLength(3);
    expect(await idsOf({ state: 'enqueued', queue: 'never' })).toEqual([]);
  });

  test('by a name, or by what names begin with, looks at ten times as many and finds each once', async () => {
    const named = (name: string): typeof greet => defineJob<number>({ name, queue: 'mail' });
    const [greeted] = await Promise.all([
      client.enqueueMany(greet, numbers(25)),
      client.enqueueMany(named('greet.often'), numbers(12)),
      client.enqueueMany(named('gr'), numbers(70)),
    ]);
    const held = await client.enqueueMany(greet, numbers(4), { group: 'a' });
    const due = await client.scheduleMany(greet, numbers(3), { in: '1h' });
    const state = 'enqueued';
    expect(await idsOf({ state, name: 'greet', step: 3 })).toEqual(sorted([...greeted, ...held]));
    expect(await idsOf({ state, name: 'greet*', step: 2 })).toHaveLength(41);
    expect(await idsOf({ state, name: 'gree' })).toEqual([]);
    expect(await idsOf({ state, name: '*' })).toHaveLength(111);
    expect(await idsOf({ state: 'scheduled', name: 'greet' })).toEqual(sorted(due));
    let looked = 0;
    for await (const page of monitor.scan({ state, name: 'gr', step: 5 })) {
      expect(page.jobs.length).toBeLessThanOrEqual(5);
      looked += page.looked;
    }
    expect(looked).toBe(111);
    await client.enqueueMany(named('much'), numbers(2100));
    expect(await idsOf({ state, name: 'greet.often', step: 200 })).toHaveLength(12);
    expect(await worker.claim('mail')).not.toEqual([]);
    expect((await idsOf({ state: 'processing', name: 'g*' })).length).toBeGreaterThan(0);
    expect(await idsOf({ state: 'processing', name: 'never' })).toEqual([]);
  });

  test('finds what a limit holds back, and what runs', async () => {
    await client.enqueueMany(greet, numbers(6), { concurrency: { key: 'k', limit: 2 } });
    const running = await worker.claim('mail');
    expect(running).toHaveLength(2);
    expect(await idsOf({ state: 'processing' })).toEqual(running.toSorted());
    expect(await idsOf({ state: 'enqueued' })).toHaveLength(4);
  });

  test.each(['scheduled', 'cancelled'] as const)('finds what is %s', async (state) => {
    const jobs = await Promise.all(numbers(7).map((n) => client.schedule(greet, n, { in: '1h' })));
    if (state === 'cancelled') await client.cancelMany(jobs.map(({ id }) => id));
    expect(await idsOf({ state, step: 2 })).toEqual(sorted(jobs));
  });

  test('finds what is of a queue in any state, and looks at ten times as many', async () => {
    const other = { queue: 'other', in: '1h' } as const;
    await client.scheduleMany(greet, numbers(60), { in: '1h' });
    const [some, one] = await Promise.all([
      client.scheduleMany(greet, numbers(9), other),
      client.schedule(defineJob<number>({ name: 'gr' }), 1, other),
    ]);
    const state = 'scheduled';
    expect(await idsOf({ state, queue: 'other', step: 4 })).toEqual(sorted([...some, one]));
    expect(await idsOf({ state, queue: 'other', name: 'gr' })).toEqual([one.id]);
    expect(await idsOf({ state, queue: 'never' })).toEqual([]);
    let looked = 0;
    for await (const page of monitor.scan({ state, queue: 'mail', step: 5 })) {
      expect(page.jobs.length).toBeLessThanOrEqual(5);
      looked += page.looked;
    }
    expect(looked).toBe(70);
    await client.enqueueMany(greet, numbers(4));
    await client.enqueueMany(greet, numbers(3), { queue: 'other' });
    await worker.claim('mail');
    const failed = await worker.claim('other');
    for (const id of failed) await worker.fail(id, { name: 'Error', message: 'no' });
    expect(await idsOf({ state: 'failed', queue: 'other' })).toEqual(failed.toSorted());
    expect(await idsOf({ state: 'failed', queue: 'mail' })).toEqual([]);
    expect(await idsOf({ state: 'processing', queue: 'mail' })).toHaveLength(4);
    expect(await idsOf({ state: 'processing', queue: 'other' })).toEqual([]);
  });

  test('goes on behind a page, also when that was the last of its list', async () => {
    const jobs = await client.enqueueMany(greet, numbers(30));
    const met: string[] = [];
    let after: string | undefined;
    do {
      const pages = monitor.scan({ state: 'enqueued', step: 5, ...(after !== undefined && { after }) });
      const { value: page } = await pages.next();
      await pages.return(undefined);
      met.push(...(page?.jobs ?? []).map(({ id }: { id: string }) => id));
      after = page?.cursor;
    } while (after !== undefined);
    expect(met.toSorted()).toEqual(sorted(jobs));
  });

  test.each<[object, string]>([
    [{}, 'scan.state'],
    [{ state: 'gone' }, 'scan.state'],
    [{ queue: 'mail' }, 'scan.state'],
    [{ state: 'failed', queue: 'a b' }, 'scan.queue'],
    [{ state: 'failed', after: 'somewhere' }, 'scan.after'],
    [{ state: 'failed', step: 201 }, 'scan.step'],
  ])('that cannot be is refused: %j', async (options, option) => {
    await expect(idsOf(options as ScanOptions)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option },
    });
  });
});
