import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOf } from './job/job-id.ts';
import { Monitor } from './monitor.ts';
import { KEY } from './redis/keys.ts';
import type { ScanOptions, ScanPage } from './scan.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const redis = store.connect();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
const shards = 3;
const tags = ['x'];

let client: Client;
let monitor: Monitor;
let worker: ClientWorker;
let namespace: string;
beforeEach(async () => {
  namespace = store.namespace();
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

/** Jobs of one call lie in one shard. */
async function enqueue(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 5) {
    const inputs = Array.from({ length: Math.min(5, count - n) }, (_, i) => n + i);
    ids.push(...(await client.enqueueMany(greet, inputs, { tags })).map(({ id }) => id));
  }
  return ids;
}

async function pagesOf(options: ScanOptions): Promise<ScanPage[]> {
  const pages: ScanPage[] = [];
  for await (const page of monitor.scan(options)) pages.push(page);
  return pages;
}

const idsOf = (pages: readonly ScanPage[]): string[] =>
  pages.flatMap(({ jobs }) => jobs.map(({ id }) => id)).toSorted();
const keyOf = (id: string, key: string): string => `{${namespace}:${shardOf(id)}}:${key}`;

describe('a scan by tag', () => {
  test('finds what has it in any state and shard, each once, and looks at nothing else', async () => {
    const ids = await enqueue(40);
    const delayed = await client.schedule(greet, 1, { in: '1h', tags: ['y', 'x'] });
    await client.enqueueMany(greet, [1, 2, 3]);
    await client.enqueueMany(greet, [4, 5], { tags: ['y'] });
    await client.cancel(ids[0] ?? '');
    const pages = await pagesOf({ tag: 'x', step: 4 });
    expect(new Set(ids.map(shardOf)).size).toBe(shards);
    expect(idsOf(pages)).toEqual([...ids, delayed.id].toSorted());
    expect(pages.reduce((sum, { looked }) => sum + looked, 0)).toBe(41);
    expect(await pagesOf({ tag: 'never' })).toEqual([]);
  });

  test('finds what is in a state, and in a queue, too', async () => {
    const [first = '', ...others] = await enqueue(5);
    const other = await client.enqueue(greet, 1, { queue: 'other', tags });
    await client.cancel(first);
    expect(idsOf(await pagesOf({ tag: 'x', state: 'cancelled' }))).toEqual([first]);
    const waiting = await pagesOf({ tag: 'x', state: 'enqueued' });
    expect(idsOf(waiting)).toEqual([...others, other.id].toSorted());
    expect(idsOf(await pagesOf({ tag: 'x', state: 'enqueued', queue: 'other' }))).toEqual([other.id]);
    expect(idsOf(await pagesOf({ tag: 'x', queue: 'mail' }))).toEqual([first, ...others].toSorted());
    const running = await worker.claim('other');
    expect(idsOf(await pagesOf({ tag: 'x', state: 'processing' }))).toEqual(running);
  });

  test('goes on by its cursor while jobs are stored and deleted, and misses none', async () => {
    const ids = await enqueue(90);
    const [met, deleted] = [[] as string[], [] as string[]];
    let after: string | undefined;
    do {
      const scan = monitor.scan({ tag: 'x', step: 5, ...(after !== undefined && { after }) });
      const page = (await scan.next()).value as ScanPage | undefined;
      await scan.return(undefined);
      const found = (page?.jobs ?? []).map(({ id }) => id);
      met.push(...found);
      after = page?.cursor;
      const unmet = ids.filter((id) => !met.includes(id) && !deleted.includes(id));
      const going = [...found.slice(1), ...unmet.slice(0, 1)];
      deleted.push(...going);
      await Promise.all(going.map((id) => client.delete(id)));
      await enqueue(2);
    } while (after !== undefined);
    const due = ids.filter((id) => met.includes(id) || !deleted.includes(id));
    expect(met.filter((id) => ids.includes(id)).toSorted()).toEqual(due.toSorted());
    expect(new Set(met).size).toBe(met.length);
  });

  test('passes over jobs that are gone, and those that have other tags by now', async () => {
    const [gone = '', ...ids] = await enqueue(6);
    const { id: plain } = await client.enqueue(greet, 1);
    await redis.del(keyOf(gone, KEY.job + gone));
    await redis.zadd(keyOf(plain, `${KEY.tag}x`), Date.now(), plain);
    const pages = await pagesOf({ tag: 'x' });
    expect(idsOf(pages)).toEqual(ids.toSorted());
    expect(pages.reduce((sum, { looked }) => sum + looked, 0)).toBe(7);
  });

  test.each<[object, string]>([
    [{ tag: '' }, 'scan.tag'],
    [{ tag: 'x'.repeat(65) }, 'scan.tag'],
    [{ tag: 'x', state: 'gone' }, 'scan.state'],
    [{ tag: 'x', queue: 'a b' }, 'scan.queue'],
    [{ tag: 'x', after: '0 40 ready:mail:2' }, 'scan.after'],
    [{ state: 'failed', after: '0 @1000 01ARZ3NDEKTSV4RRFFQ69G5F00' }, 'scan.after'],
  ])('that cannot be is refused: %j', async (options, option) => {
    await expect(pagesOf(options as ScanOptions)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option },
    });
  });
});
