import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineJob } from './contract.ts';
import { greet, WhyScene } from './testing/why-scene.ts';

const store = await sharedRedis();

let scene: WhyScene;
beforeEach(async () => {
  scene = await WhyScene.open({
    redis: store.url,
    namespace: store.namespace(),
    shards: testShardCount(),
  });
});
afterEach(() => scene.close());

const other = defineJob<number>({ name: 'other', queue: 'mail' });

describe('a job is found by its key', () => {
  test('while it waits and when it has ended', async () => {
    const id = await scene.enqueue({ key: 'invoice-42' });
    expect(await scene.client.findByKey(greet, 'invoice-42')).toMatchObject({ id, state: 'enqueued' });
    await scene.client.cancel(id);
    expect(await scene.client.findByKey(greet, 'invoice-42')).toMatchObject({ id, state: 'cancelled' });
  });

  test('of its own name only, in whatever shard its braces say', async () => {
    const id = await scene.enqueue({ key: '{tenant 7} invoice' });
    expect(await scene.client.findByKey(greet, '{tenant 7} invoice')).toMatchObject({ id });
    expect(await scene.client.findByKey(other, '{tenant 7} invoice')).toBeUndefined();
    expect(await scene.client.findByKey(greet, '{tenant 7} receipt')).toBeUndefined();
  });

  test('under the name that its contract had before', async () => {
    const id = await scene.enqueue({ key: 'k' });
    const renamed = defineJob<number>({ name: 'welcome', queue: 'mail', aliases: ['greet'] });
    expect(await scene.client.findByKey(renamed, 'k')).toMatchObject({ id, name: 'greet' });
  });

  test('not when it was deleted, nor when the key is not remembered any more', async () => {
    const id = await scene.enqueue({ key: 'k' });
    await scene.client.delete(id);
    expect(await scene.client.findByKey(greet, 'k')).toBeUndefined();
    await scene.enqueue({ key: 'short', keyTtl: 50 });
    await expect.poll(() => scene.client.findByKey(greet, 'short')).toBeUndefined();
  });

  test.each([
    [greet, '', 'findByKey.key'],
    [{}, 'k', 'findByKey.contract'],
  ])('%j, %j is refused', async (contract, key, option) => {
    const refused = scene.client.findByKey(contract as typeof greet, key);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', fields: { option } });
  });
});

describe('jobs are found by their tag', () => {
  const idsOf = (jobs: readonly { readonly id: string }[]): string[] => jobs.map(({ id }) => id);

  /** Jobs with a tag, in an order that the clock can tell. */
  async function enqueueTagged(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      ids.push(await scene.enqueue({ tags: ['red', `number ${n}`] }));
      const now = await scene.home.recurring.now();
      await expect.poll(() => scene.home.recurring.now()).toBeGreaterThan(now);
    }
    return ids;
  }

  test('newest first, over all shards and states', async () => {
    const ids = await enqueueTagged(6);
    await scene.client.cancel(ids[2] ?? '');
    await scene.enqueue({ tags: ['blue'] });
    expect(idsOf(await scene.client.findByTag('red'))).toEqual(ids.toReversed());
    expect(idsOf(await scene.client.findByTag('red', { most: 2 }))).toEqual([ids[5], ids[4]]);
    expect(idsOf(await scene.client.findByTag('number 3'))).toEqual([ids[3]]);
    expect(await scene.client.findByTag('green')).toEqual([]);
    const page = await scene.monitor.page({ tag: 'red', offset: 1, limit: 3 });
    expect([idsOf(page.jobs), page.total]).toEqual([[ids[4], ids[3], ids[2]], 6]);
  });

  test('but not what is gone or damaged, or has other tags by now', async () => {
    const [deleted, damaged, replaced, kept] = [
      await scene.enqueue({ tags: ['red'] }),
      await scene.enqueue({ tags: ['red'] }),
      await scene.enqueue({ tags: ['red'], unique: { key: 'u', onConflict: 'replace' } }),
      await scene.enqueue({ tags: ['red'] }),
    ];
    await scene.client.delete(deleted);
    await scene.connection.redis.set(scene.key(damaged, `job:${damaged}`), 'not a record');
    await scene.enqueue({ tags: ['blue'], unique: { key: 'u', onConflict: 'replace' } });
    // As if something had been lost.
    await scene.connection.redis.zadd(scene.key(replaced, 'tag:red'), 1, replaced);
    expect(idsOf(await scene.client.findByTag('red'))).toEqual([kept]);
    const { jobs } = await scene.monitor.page({ tag: 'red' });
    expect(jobs.filter((job) => !('damaged' in job)).map(({ id }) => id)).toEqual([kept]);
    expect(idsOf(await scene.client.findByTag('blue'))).toEqual([replaced]);
  });

  test.each<[string, object, string]>([
    ['', {}, 'findByTag.tag'],
    ['x'.repeat(65), {}, 'findByTag.tag'],
    ['red', { most: 501 }, 'findByTag.most'],
    ['red', { least: 1 }, 'findByTag.least'],
  ])('%j with %j is refused', async (tag, options, option) => {
    const refused = scene.client.findByTag(tag, options);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', fields: { option } });
  });

  test.each<[object, string]>([
    [{ tag: '' }, 'page.tag'],
    [{ tag: 'red', state: 'failed' }, 'page'],
    [{}, 'page'],
    [{ tag: 'red', queue: 'mail' }, 'page.queue'],
  ])('a page of %j is refused', async (options, option) => {
    const refused = scene.monitor.page(options);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', fields: { option } });
  });
});
