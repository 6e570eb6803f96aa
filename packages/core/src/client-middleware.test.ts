import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClientCall } from './client-middleware.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { LinstockError, OptionError } from './errors.ts';
import { node } from './workflow.ts';
import type { JobView } from './store/job-reader.ts';

const store = await sharedRedis();
const shards = testShardCount();
const greet = defineJob<{ n: number }, string>({ name: 'greet', queue: 'mail' });

let client: Client;
beforeEach(() => {
  client = new Client({ redis: store.url, namespace: store.namespace(), shards });
});
afterEach(() => client.close());

const job = async (id: string): Promise<JobView> => (await client.get(id)) as JobView;
const hour = { in: '1h' } as const;

describe('middleware of a client', () => {
  test('sees every call that stores jobs, and their handles', async () => {
    const calls: unknown[] = [];
    const handles: string[][] = [];
    client.use(async ({ kind, contract, inputs, options }, next) => {
      calls.push([kind, contract.name, inputs, options]);
      handles.push((await next()).map(({ id }) => id));
    });
    const one = await client.enqueue(greet, { n: 1 });
    const later = await client.schedule(greet, { n: 2 }, hour);
    const many = await client.enqueueMany(greet, [{ n: 3 }, { n: 4 }], { queue: 'other' });
    const manyLater = await client.scheduleMany(greet, [{ n: 5 }], hour);
    const child = await client.continueWith(one, greet, { n: 6 }, { on: 'finished' });
    await client.recurring.upsert('tick', greet, { n: 7 }, { every: '1h' });
    expect(calls).toEqual([
      ['enqueue', 'greet', [{ n: 1 }], {}],
      ['schedule', 'greet', [{ n: 2 }], hour],
      ['enqueueMany', 'greet', [{ n: 3 }, { n: 4 }], { queue: 'other' }],
      ['scheduleMany', 'greet', [{ n: 5 }], hour],
      ['continueWith', 'greet', [{ n: 6 }], { on: 'finished' }],
      ['recurring', 'greet', [{ n: 7 }], { every: '1h' }],
    ]);
    const ids = [[one], [later], many, manyLater, [child], []];
    expect(handles).toEqual(ids.map((some) => some.map(({ id }) => id)));
    expect((await job(later.id)).state).toBe('scheduled');
    expect((await job(many[1]?.id ?? '')).queue).toBe('other');
    expect((await job(child.id)).state).toBe('awaiting');
  });

  test('sees the nodes of a workflow, before any of them is stored', async () => {
    const calls: unknown[] = [];
    const ids: string[] = [];
    client.use(async ({ kind, inputs, options, batchId }, next) => {
      calls.push([kind, inputs, options, typeof batchId]);
      const [handle] = await next({ ...options, displayName: 'a node' });
      ids.push(handle?.id ?? '');
    });
    const flow = await client.workflow({
      first: node(greet, { n: 1 }),
      last: node(greet, { n: 2 }, { after: ['first'], on: 'finished', queue: 'other' }),
    });
    expect(calls).toEqual([
      ['node', [{ n: 1 }], {}, 'string'],
      ['node', [{ n: 2 }], { on: 'finished', queue: 'other' }, 'string'],
    ]);
    const { first, last } = flow.jobs;
    expect(ids.toSorted()).toEqual([first.id, last.id].toSorted());
    expect(await job(first.id)).toMatchObject({ displayName: 'a node', state: 'enqueued' });
    expect(await job(last.id)).toMatchObject({ displayName: 'a node', state: 'awaiting', queue: 'other' });
  });

  test('that lets one call through at a time lets a workflow through', async () => {
    let before: Promise<unknown> = Promise.resolve();
    let most = 0;
    let running = 0;
    client.use((_call, next) => {
      const turn = before;
      const mine = (async () => {
        await turn;
        most = Math.max(most, ++running);
        await next();
        running--;
      })();
      before = mine;
      return mine;
    });
    const flow = await client.workflow({
      first: node(greet, { n: 1 }),
      last: node(greet, { n: 2 }, { after: ['first'] }),
    });
    expect((await job(flow.jobs.last.id)).state).toBe('awaiting');
    expect(most).toBe(1);
  });

  test('that refuses a node refuses the workflow, and nothing is stored', async () => {
    client.use(({ inputs: [input] }, next) => {
      if ((input as { n: number }).n === 2) throw new LinstockError('NO_TWOS', 'no twos', {});
      return next();
    });
    const nodes = {
      a: node(greet, { n: 1 }),
      b: node(greet, { n: 2 }, { after: ['a'] }),
      c: node(greet, { n: 3 }),
    };
    await expect(client.workflow(nodes)).rejects.toMatchObject({ code: 'NO_TWOS' });
    expect(await client.queue('mail').counts()).toMatchObject({ enqueued: 0 });
    expect(await client.batches.list()).toEqual([]);
  });

  test('sees the jobs of a batch, whether it is being made or is there', async () => {
    const calls: unknown[] = [];
    client.use(({ kind, inputs, options, batchId }, next) => {
      calls.push([kind, inputs, batchId]);
      return next({ ...options, displayName: 'a member' });
    });
    const ids: string[] = [];
    const batch = await client.batch(async (b) => {
      const one = await b.enqueue(greet, { n: 1 });
      const later = await b.schedule(greet, { n: 2 }, hour);
      const many = await b.enqueueMany(greet, [{ n: 3 }, { n: 4 }]);
      const child = await b.continueWith(one, greet, { n: 5 });
      const last = await b.onEnd(greet, { n: 6 });
      ids.push(...[one, later, ...many, child, last].map(({ id }) => id));
    });
    ids.push((await client.batches.add(batch.id, greet, { n: 7 })).id);
    ids.push(...(await client.batches.addMany(batch.id, greet, [{ n: 8 }])).map(({ id }) => id));
    expect(calls).toEqual(
      [
        ['enqueue', [{ n: 1 }]],
        ['schedule', [{ n: 2 }]],
        ['enqueueMany', [{ n: 3 }, { n: 4 }]],
        ['continueWith', [{ n: 5 }]],
        ['onEnd', [{ n: 6 }]],
        ['enqueue', [{ n: 7 }]],
        ['enqueueMany', [{ n: 8 }]],
      ].map((call) => [...call, batch.id]),
    );
    const names = await Promise.all(ids.map(async (id) => (await job(id)).displayName));
    expect(new Set(names)).toEqual(new Set(['a member']));
    expect(ids).toHaveLength(8);
  });

  test('changes options for what is inside; the first one given is the outermost', async () => {
    const seen: unknown[] = [];
    client.use(({ options }, next) => next({ ...options, metadata: { tenant: 'acme' } }));
    client.use(({ options }, next) => {
      seen.push(options);
      return next({ ...options, priority: 'high' });
    });
    const { id } = await client.enqueue(greet, { n: 1 }, { queue: 'other' });
    expect(seen).toEqual([{ queue: 'other', metadata: { tenant: 'acme' } }]);
    expect(await job(id)).toMatchObject({ queue: 'other', priority: 'high', metadata: { tenant: 'acme' } });
  });

  test('changes the options of what recurs, and when a job is due', async () => {
    client.use(({ kind, options }, next) =>
      kind === 'recurring' ? next({ ...options, every: '2h' }) : next({ ...options, in: '2h' }),
    );
    await client.recurring.upsert('tick', greet, { n: 1 }, { every: '1h' });
    expect((await client.recurring.get('tick'))?.schedule).toMatchObject({ every: 7_200_000 });
    const before = Date.now();
    const { id } = await client.schedule(greet, { n: 1 }, { in: '1h' });
    expect((await job(id)).dueAt).toBeGreaterThan(before + 7_100_000);
  });

  test('gives options that are refused as always', async () => {
    client.use(({ options }, next) => next({ ...options, maxAttempts: 0 }));
    const error: unknown = await client.enqueue(greet, { n: 1 }).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).fields).toMatchObject({ option: 'enqueue.maxAttempts' });
  });

  test('refuses a call by throwing; nothing is stored', async () => {
    let reached = 0;
    client.use(() => {
      throw new Error('not today');
    });
    client.use((_call, next) => {
      reached++;
      return next();
    });
    await expect(client.enqueue(greet, { n: 1 })).rejects.toThrow('not today');
    await expect(client.recurring.upsert('tick', greet, { n: 1 }, { every: '1h' })).rejects.toThrow(
      'not today',
    );
    expect(reached).toBe(0);
    expect(await client.recurring.list()).toEqual([]);
    expect((await client.queue('mail').counts()).enqueued).toBe(0);
  });

  test('that does not call next is an error, and so is a second call of it, which stores nothing', async () => {
    let times = 0;
    const errors: unknown[] = [];
    client.use(async (_call, next) => {
      for (let i = 0; i < times; i++) await next().catch((error: unknown) => errors.push(error));
    });
    await expect(client.enqueue(greet, { n: 1 })).rejects.toMatchObject({ code: 'NEXT_NOT_CALLED' });
    times = 2;
    await client.enqueue(greet, { n: 1 });
    expect(errors).toEqual([expect.any(LinstockError)]);
    expect(errors).toMatchObject([{ code: 'NEXT_CALLED_TWICE' }]);
    expect((await client.queue('mail').counts()).enqueued).toBe(1);
  });

  test('that does not wait for next, or swallows its error, changes nothing for the caller', async () => {
    client.use((_call, next) => {
      next().catch(() => undefined);
    });
    const { id } = await client.enqueue(greet, { n: 1 });
    expect((await job(id)).state).toBe('enqueued');
    await expect(client.enqueue(greet, { n: 1 }, { maxAttempts: 0 })).rejects.toBeInstanceOf(OptionError);
  });

  test('gives its own error in the place of another', async () => {
    client.use((_call, next) =>
      next().catch((error: unknown) => {
        throw new Error('it was refused', { cause: error });
      }),
    );
    await expect(client.enqueue(greet, { n: 1 }, { maxAttempts: 0 })).rejects.toThrow('it was refused');
  });

  test('must be a function', () => {
    expect(() => client.use('log' as unknown as Parameters<Client['use']>[0])).toThrow(OptionError);
  });
});

describe('events of a client', () => {
  test('tell of what was stored, with the ids of the handles', async () => {
    const told: unknown[] = [];
    client.events.on('enqueued', (call, ids) => told.push([call, ids]));
    const one = await client.enqueue(greet, { n: 1 });
    const many = await client.enqueueMany(greet, [{ n: 2 }, { n: 3 }]);
    await client.recurring.upsert('tick', greet, { n: 4 }, { every: '1h' });
    expect(told).toEqual([
      [{ kind: 'enqueue', name: 'greet' }, [one.id]],
      [{ kind: 'enqueueMany', name: 'greet' }, many.map(({ id }) => id)],
    ]);
  });

  test('tell of what was refused, with the error that the caller gets', async () => {
    const told: unknown[] = [];
    client.events.on('refused', (call, error) => told.push([call, error]));
    const error: unknown = await client
      .schedule(greet, { n: 1 }, { in: 'soon' })
      .catch((refused: unknown) => refused);
    expect(told).toEqual([[{ kind: 'schedule', name: 'greet' }, error]]);
  });

  test('whose listener throws: the call goes on, and the error is told', async () => {
    const errors: Error[] = [];
    client.events.on('error', (error) => errors.push(error));
    client.events.on('enqueued', () => {
      throw new Error('a bad listener');
    });
    const { id } = await client.enqueue(greet, { n: 1 });
    expect((await job(id)).state).toBe('enqueued');
    expect(errors.map(({ message }) => message)).toEqual(['a bad listener']);
  });

  test('see the call after all middleware', async () => {
    const told: string[] = [];
    client.events.on('enqueued', () => told.push('event'));
    client.use(async (_call: ClientCall, next) => {
      await next();
      told.push('middleware');
    });
    await client.enqueue(greet, { n: 1 });
    expect(told).toEqual(['middleware', 'event']);
  });
});
