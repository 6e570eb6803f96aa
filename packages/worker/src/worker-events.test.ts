import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { JobEvent } from './events.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob({ name: 'work', retry: { fixed: 0 } });

describe('a running job tells of itself', () => {
  test('with progress and log lines that anybody can read, also after its end', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker();
    const gate = new Gate();
    worker.handle(work, async (_input, ctx) => {
      ctx.progress({ done: 1, of: 2 });
      ctx.log.info({ part: 1 }, 'half way');
      await gate.opened;
      ctx.progress({ done: 2, of: 2 });
      ctx.log.debug({}, 'for the worker alone');
      ctx.log.warn({}, 'last');
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, {});
    const { id } = handle;
    const progress = async (): Promise<unknown> =>
      JSON.parse(String(await scene.call('GET', `${scene.prefix()}progress:${id}`)));
    await eventually(async () => expect(await progress()).toEqual({ done: 1, of: 2 }));
    gate.open();
    await handle.result();
    await eventually(async () => expect(await progress()).toEqual({ done: 2, of: 2 }));
    const lines = (await scene.call('LRANGE', `${scene.prefix()}log:${id}`, '0', '-1')) as string[];
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { at: expect.any(Number) as number, level: 'info', message: 'half way', part: 1 },
      { at: expect.any(Number) as number, level: 'warn', message: 'last' },
    ]);
  });

  test('that ends at once still has its report, because it is sent before the outcome', async () => {
    const scene = stage.open({ shards: 1 });
    const worker = scene.worker();
    worker.handle(work, (_input, ctx) => ctx.progress('all'));
    await worker.start();
    const handles = await scene.client.enqueueMany(work, [1, 2, 3]);
    await Promise.all(handles.map((handle) => handle.result()));
    for (const { id } of handles)
      expect(await scene.call('GET', `${scene.prefix()}progress:${id}`)).toBe('"all"');
  });
});

describe('events', () => {
  test('tell of outcomes once Redis has them', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    const told: unknown[] = [];
    const states: Promise<unknown>[] = [];
    const job = (event: JobEvent): object => ({ id: event.id, name: event.name, attempt: event.attempt });
    worker.events.on('retried', (event, error, delayMs) =>
      told.push(['retried', job(event), (error as Error).message, delayMs]),
    );
    worker.events.on('failed', (event, error) => told.push(['failed', job(event), (error as Error).message]));
    worker.events.on('succeeded', (event) => {
      told.push(['succeeded', job(event)]);
      states.push(scene.job(event.id).then(({ state }) => state));
    });
    worker.handle(work, (input) => {
      if (input === 'bad') throw new Error('no');
      return 1;
    });
    await worker.start();
    const bad = await scene.client.enqueue(work, 'bad', { maxAttempts: 2 });
    await expect(bad.result()).rejects.toThrow();
    const good = await scene.client.enqueue(work, 'good');
    await good.result();
    await eventually(() => told.length === 3);
    expect(told).toEqual([
      ['retried', { id: bad.id, name: 'work', attempt: 1 }, 'no', 0],
      ['failed', { id: bad.id, name: 'work', attempt: 2 }, 'no'],
      ['succeeded', { id: good.id, name: 'work', attempt: 1 }],
    ]);
    expect(await Promise.all(states)).toEqual(['succeeded']);
  });

  test('whose listener throws are logged, and the worker goes on', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.events.on('succeeded', () => {
      throw new Error('a bad listener');
    });
    worker.handle(work, () => 1);
    await worker.start();
    for (let n = 0; n < 3; n++) await (await scene.client.enqueue(work, n)).result();
    await eventually(
      () =>
        scene.log.lines.filter(({ message }) => message === 'a listener of the worker threw').length === 3,
    );
  });
});
