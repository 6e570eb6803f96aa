import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { cancel, fail, retryAfter, snooze } from './handler-outcome.ts';
import type { Handler } from './handlers.ts';
import type { JobContext } from './job-context.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';
import type { Worker } from './worker.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob({ name: 'work', retry: { fixed: '1h' } });

/** A worker of a scene that handles `work` and tells its events. */
async function startWorker(scene: Scene, handler: Handler): Promise<{ worker: Worker; told: unknown[][] }> {
  const worker = scene.worker();
  worker.handle(work, handler);
  const told: unknown[][] = [];
  worker.events.on('started', ({ attempt }) => told.push(['started', attempt]));
  worker.events.on('succeeded', ({ attempt }) => told.push(['succeeded', attempt]));
  worker.events.on('retried', ({ attempt }, error, ms) => told.push(['retried', attempt, textOf(error), ms]));
  worker.events.on('snoozed', ({ attempt }, outcome, ms) =>
    told.push(['snoozed', attempt, outcome.message, ms]),
  );
  worker.events.on('failed', ({ attempt }, error) => told.push(['failed', attempt, textOf(error)]));
  worker.events.on('cancelled', ({ attempt }, cause) => told.push(['cancelled', attempt, textOf(cause)]));
  worker.events.on('released', ({ attempt }) => told.push(['released', attempt]));
  await worker.start();
  return { worker, told };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function textOf(error: unknown): string {
  return (error as Error).message;
}

describe('a handler says', () => {
  test('retryAfter: the next attempt starts after that time, and not after that of the policy', async () => {
    const scene = stage.open();
    const { told } = await startWorker(scene, (_input, ctx) => {
      if (ctx.attempt === 1) throw retryAfter(20, 'busy');
      return ctx.attempt;
    });
    const handle = await scene.client.enqueue(work, {});
    expect(await handle.result()).toBe(2);
    expect(await scene.history(handle.id)).toEqual(['retried', 'succeeded']);
    await eventually(() => told.length === 4);
    expect(told).toEqual([
      ['started', 1],
      ['retried', 1, 'busy', 20],
      ['started', 2],
      ['succeeded', 2],
    ]);
  });

  test('snooze: it runs again later, and no attempt is used', async () => {
    const scene = stage.open();
    let runs = 0;
    const { told } = await startWorker(scene, (_input, ctx) =>
      ++runs < 4 ? snooze(10, `not yet ${runs}`) : ctx.attempt,
    );
    const handle = await scene.client.enqueue(work, {}, { maxAttempts: 1 });
    expect(await handle.result()).toBe(1);
    const { history } = await scene.job(handle.id);
    expect(history.map(({ what, attempt, detail }) => [what, attempt, detail])).toEqual([
      ...[1, 2, 3].map((n) => ['deferred', 1, { reason: 'SNOOZED', why: `not yet ${n}` }]),
      ['succeeded', 1, undefined],
    ]);
    await eventually(() => told.length === 8);
    expect(told[1]).toEqual(['snoozed', 1, 'not yet 1', 10]);
  });

  test('snooze: it is scheduled until then, with the reason', async () => {
    const scene = stage.open();
    await startWorker(scene, () => snooze('10m', 'closed'));
    const handle = await scene.client.enqueue(work, {});
    await eventually(async () => (await scene.job(handle.id)).state === 'scheduled');
    const { dueAt = 0, history } = await scene.job(handle.id);
    const waitMs = dueAt - (history[0]?.endedAt ?? 0);
    expect(waitMs).toBeGreaterThan(599_000);
    expect(waitMs).toBeLessThan(660_000);
  });

  test('fail: no attempt follows', async () => {
    const scene = stage.open();
    const { told } = await startWorker(scene, () => {
      throw fail(new TypeError('no such invoice'));
    });
    const handle = await scene.client.enqueue(work, {});
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(await scene.job(handle.id)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { name: 'TypeError', message: 'no such invoice' },
    });
    await eventually(() => told.length === 2);
    expect(told[1]).toEqual(['failed', 1, 'no such invoice']);
  });

  test('cancel: the job ends as cancelled, who waits for it hears why, and it can be requeued', async () => {
    const scene = stage.open();
    let isPaid = true;
    const { told } = await startWorker(scene, () => (isPaid ? cancel('paid already') : 'charged'));
    const handle = await scene.client.enqueue(work, {});
    await expect(handle.result()).rejects.toMatchObject({
      code: 'JOB_CANCELLED',
      fields: { reason: { by: 'handler', why: 'paid already' } },
    });
    expect(await scene.job(handle.id)).toMatchObject({ state: 'cancelled', attempt: 1, error: undefined });
    expect((await scene.monitor.counts()).cancelled).toBe(1);
    await eventually(() => told.length === 2);
    expect(told[1]).toEqual(['cancelled', 1, 'paid already']);
    isPaid = false;
    await scene.client.requeue(handle.id);
    expect(await handle.result()).toBe('charged');
  });

  test('nothing any more once a person has cancelled the job', async () => {
    const scene = stage.open();
    const { worker, told } = await startWorker(scene, async (_input, ctx) => {
      await aborted(ctx.signal);
      return cancel('paid already');
    });
    const handle = await scene.client.enqueue(work, {});
    await eventually(() => worker.running === 1);
    await scene.client.cancel(handle.id, { by: 'ada', reason: 'wrong address' });
    await eventually(() => told.length === 2);
    expect(told[1]).toEqual(['cancelled', 1, expect.stringContaining('cancelled or deleted')]);
    expect((await scene.job(handle.id)).history).toMatchObject([{ detail: { by: 'ada' } }]);
  });

  test('what its result type does not have, and the type of its result stays what it was', async () => {
    const add = defineJob<{ a: number }, { sum: number }>({ name: 'add' });
    const scene = stage.open();
    const worker = scene.worker();
    let isReady = false;
    worker.handle(add, async ({ a }, ctx) => {
      expectTypeOf(a).toEqualTypeOf<number>();
      expectTypeOf(ctx.attempt).toEqualTypeOf<number>();
      if (!isReady) {
        isReady = true;
        return snooze(1);
      }
      if (a < 0) throw cancel('negative');
      return { sum: a + 1 };
    });
    // @ts-expect-error -- a result of another type is refused, outcome or not
    const wrong: Handler<{ a: number }, { sum: number }> = () => (isReady ? snooze(1) : { sum: 'one' });
    expect(wrong).toBeDefined();
    await worker.start();
    const result = await (await scene.client.enqueue(add, { a: 1 })).result();
    expectTypeOf(result).toEqualTypeOf<{ sum: number }>();
    expect(result).toEqual({ sum: 2 });
  });
});

describe('attempts that are used up', () => {
  const impatient = defineJob({
    name: 'impatient',
    retry: { fixed: 0 },
    maxAttempts: 2,
    onExhausted: 'cancel',
  });
  const broken = (): never => {
    throw new TypeError('no');
  };

  test('cancel the job where its contract says so, and the error is kept', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(impatient, broken);
    await worker.start();
    const handle = await scene.client.enqueue(impatient, {});
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(await scene.job(handle.id)).toMatchObject({
      state: 'cancelled',
      attempt: 2,
      error: { name: 'TypeError', message: 'no' },
      history: [
        { what: 'retried', attempt: 1 },
        { what: 'cancelled', attempt: 2, detail: { by: 'worker', why: 'all its attempts have failed (2)' } },
      ],
    });
  });

  test('fail the job where its own options say so', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(impatient, broken);
    await worker.start();
    const handle = await scene.client.enqueue(impatient, {}, { onExhausted: 'fail' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
  });

  test('are not used up before the retry function of the handler says so, by the class of the error', async () => {
    class Declined extends Error {}
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(
      work,
      (input, ctx) => {
        if (input === 'declined') throw new Declined('no');
        if (ctx.attempt < 3) throw new Error('busy');
        return ctx.attempt;
      },
      { retry: (error) => (error instanceof Declined ? 'fail' : { fixed: 1 }) },
    );
    await worker.start();
    const declined = await scene.client.enqueue(work, 'declined');
    const busy = await scene.client.enqueue(work, 'busy');
    await expect(declined.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect((await scene.job(declined.id)).attempt).toBe(1);
    expect(await busy.result()).toBe(3);
  });
});

describe('a contract that changes', () => {
  const v1 = defineJob<string>({ name: 'mail' });
  const v2 = defineJob<{ to: string }>({
    name: 'mail.send',
    aliases: ['mail'],
    version: 2,
    upcast: (to) => ({ to: String(to) }),
  });

  test('runs jobs of its old name and its old version', async () => {
    const scene = stage.open();
    const old = await scene.client.enqueue(v1, 'ada');
    const present = await scene.client.enqueue(v2, { to: 'bob' });
    const worker = scene.worker();
    worker.handle(v2, ({ to }, ctx) => `${ctx.name} ${to}`);
    await worker.start();
    expect([await old.result(), await present.result()]).toEqual(['mail ada', 'mail.send bob']);
    expect([(await scene.job(old.id)).version, (await scene.job(present.id)).version]).toEqual([1, 2]);
  });

  test('leaves newer jobs to workers that know them, and uses no attempt', async () => {
    const scene = stage.open();
    const v2mail = defineJob<{ to: string }>({ name: 'mail', version: 2 });
    const older = scene.worker();
    older.handle(v1, () => 'wrong');
    const deferred: unknown[] = [];
    older.events.on('deferred', ({ id }, reason, delayMs) => deferred.push([id, reason, delayMs]));
    await older.start();
    const handle = await scene.client.enqueue(v2mail, { to: 'ada' });
    await eventually(() => deferred.length);
    expect(deferred).toEqual([[handle.id, 'NEWER_VERSION', 5000]]);
    await older.stop();
    const newer = scene.worker();
    newer.handle(v2mail, ({ to }, ctx) => [to, ctx.attempt]);
    await newer.start();
    await scene.client.requeue(handle.id);
    expect(await handle.result()).toEqual(['ada', 1]);
  });
});

describe('what is around a handler', () => {
  test('middleware and a scope that is typed, shared with the handler', async () => {
    class Container {
      isOpen = true;
      readonly clock = (): number => 42;
      dispose(): void {
        this.isOpen = false;
      }
    }
    const scene = stage.open();
    const containers: Container[] = [];
    const worker = scene.worker({
      createScope: (ctx) => {
        expect(ctx.input).toBe('ada');
        const container = new Container();
        containers.push(container);
        return container;
      },
    });
    const seen: unknown[] = [];
    worker.use(async (ctx, next) => {
      expectTypeOf(ctx.scope).toEqualTypeOf<Container>();
      seen.push([ctx.name, ctx.metadata, ctx.input, ctx.scope.isOpen]);
      return next();
    });
    worker.handle(work, (_input, ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<JobContext<Container>>();
      return ctx.scope.clock();
    });
    await worker.start();
    const handle = await scene.client.enqueue(work, 'ada', { metadata: { tenant: 7 } });
    expect(await handle.result()).toBe(42);
    expect(seen).toEqual([['work', { tenant: 7 }, 'ada', true]]);
    expect(containers.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  test('is given before the start', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    expect(() => worker.use('mw' as never)).toThrow('use: needs a function (ctx, next)');
    await worker.start();
    expect(() => worker.use((_ctx, next) => next())).toThrow('use: must be called before start()');
  });
});

describe('metadata and display name', () => {
  test('reach the handler and whoever looks at the job', async () => {
    const scene = stage.open();
    await startWorker(scene, (_input, ctx) => ctx.metadata);
    const about = { metadata: { tenant: 'ädä', trace: [1, { a: null }] }, displayName: 'Wörk for Ada' };
    const handle = await scene.client.enqueue(work, {}, about);
    expect(await handle.result()).toEqual(about.metadata);
    expect(await scene.job(handle.id)).toMatchObject(about);
    const silent = await scene.client.enqueue(work, {});
    expect(await silent.result()).toEqual({});
    expect(await scene.job(silent.id)).toMatchObject({ metadata: undefined, displayName: undefined });
  });

  test('survive a retry', async () => {
    const scene = stage.open();
    await startWorker(scene, (_input, ctx) => (ctx.attempt === 1 ? retryAfter(1) : ctx.metadata));
    const handle = await scene.client.enqueue(work, {}, { metadata: { tenant: 'ada' } });
    expect(await handle.result()).toEqual({ tenant: 'ada' });
  });

  test('that are too long are refused before anything is stored', async () => {
    const scene = stage.open();
    const enqueue = scene.client.enqueue(work, {}, { metadata: { a: 'x'.repeat(1024) } });
    await expect(enqueue).rejects.toThrow(
      'enqueue.metadata: must be an object whose JSON has at most 1024 bytes',
    );
  });
});
