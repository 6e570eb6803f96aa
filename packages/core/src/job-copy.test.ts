import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import type { RunOptions } from './contract.ts';
import { defineJob } from './contract.ts';
import type { FlowOptions } from './flow-options.ts';
import { planFlow } from './flow-options.ts';
import { flowOf } from './job-copy.ts';
import type { JobView } from './store/job-reader.ts';

const redis = await sharedRedis();
const namespace = redis.namespace();
const client = new Client({ redis: redis.url, namespace });
// One that shows people what it reads.
const shy = new Client({ redis: redis.url, namespace, redact: [] });
afterAll(() => Promise.all([client.close(), shy.close()]));

const ship = defineJob<{ order: number; password?: string }>({
  name: 'order.ship',
  queue: 'ships',
  version: 3,
});

async function view(id: string): Promise<JobView> {
  const job = await client.get(id);
  if (job === undefined || 'damaged' in job) throw new Error(`no job ${id}`);
  return job;
}

const ABOUT = [
  'name',
  'queue',
  'priority',
  'version',
  'tags',
  'keys',
  'options',
  'displayName',
  'metadata',
] as const;

/** What is said of a job in so many words, without what is of it alone. */
const aboutOf = (job: JobView) => Object.fromEntries(ABOUT.map((name) => [name, job[name]]));

const ALL = {
  priority: 'high',
  maxAttempts: 3,
  retry: ['1s', '5s'],
  timeout: '1m',
  onExhausted: 'cancel',
  metadata: { tenant: 'ada' },
  displayName: 'Order of ada',
  concurrency: [{ key: '{ada}' }, { key: '{ada}:port', limit: 4 }],
  group: { key: '{ada}', weight: 5, limit: 2 },
  rateLimit: { key: '{ada}', limit: 10, per: '1m', burst: 'window' },
  expireIn: '2h',
  onExpired: 'fail',
  retention: { succeededFor: '1h' },
  tags: ['finance', 'north'],
} as const satisfies RunOptions;

describe('a copy', () => {
  test('has all that its job has been given, but what is of that one alone', async () => {
    for (const options of [ALL, {}]) {
      const { id } = await client.enqueue(ship, { order: 7 }, options);
      const copy = await client.copy(id);
      expect(copy.id).not.toBe(id);
      expect(aboutOf(await view(copy.id))).toEqual(aboutOf(await view(id)));
      expect((await view(copy.id)).input).toEqual({ order: 7 });
    }
  });

  test('may have another input, queue, priority and time', async () => {
    const { id } = await client.enqueue(ship, { order: 7 }, { tags: ['north'] });
    const changes = { input: { order: 8 }, queue: 'boats', priority: 'low', due: { in: '1h' } } as const;
    const copy = await client.copy(id, changes);
    expect(await view(copy.id)).toMatchObject({
      input: { order: 8 },
      queue: 'boats',
      priority: 'low',
      state: 'scheduled',
      tags: ['north'],
    });
  });

  test('has the whole input, also where nobody is shown all of it', async () => {
    const { id } = await client.enqueue(ship, { order: 7, password: 'open sesame' });
    expect(await shy.get(id)).toMatchObject({ input: { password: '•••' } });
    const copy = await shy.copy(id);
    expect((await view(copy.id)).input).toEqual({ order: 7, password: 'open sesame' });
  });

  test('is refused while its unique key is taken, and has a key of its own where that is a hash of the input', async () => {
    const { id } = await client.enqueue(ship, { order: 1 }, { unique: true });
    await expect(client.copy(id)).rejects.toMatchObject({ code: 'JOB_EXISTS', fields: { id } });
    const copy = await client.copy(id, { input: { order: 2 } });
    expect((await view(copy.id)).keys.unique).not.toBe((await view(id)).keys.unique);
    const named = await client.enqueue(ship, { order: 3 }, { unique: { key: 'dock' } });
    await expect(client.copy(named.id, { input: { order: 4 } })).rejects.toMatchObject({
      code: 'JOB_EXISTS',
    });
    await client.cancel(named.id);
    expect((await view((await client.copy(named.id)).id)).keys.unique).toBe('dock');
  });

  test('waits for nobody, belongs to no batch, and stands for no other call', async () => {
    const first = await client.enqueue(ship, { order: 1 });
    const { id } = await client.continueWith(first, ship, { order: 2 }, { key: 'call-7' });
    const { parents, keys, state } = await view((await client.copy(id)).id);
    expect([parents, keys.key, state]).toEqual([[], undefined, 'enqueued']);
  });

  test('is one of a job that is there', async () => {
    for (const id of ['01JZ7Q4N0W6F3V8Y2K5T9R1X00', 'no id'])
      await expect(client.copy(id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    const { id } = await client.enqueue(ship, { order: 1 });
    await expect(client.copy(id, { colour: 'red' } as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option: 'copy.colour' },
    });
  });
});

const flows: readonly (readonly [what: string, options: FlowOptions])[] = [
  ['nothing', {}],
  ['limits and a group with one', { concurrency: ALL.concurrency, group: ALL.group }],
  ['a group alone', { group: 'a' }],
  ['rates', { rateLimit: [ALL.rateLimit, { key: '{ada}', limit: 2, per: '1s', burst: 7 }] }],
  ['a deadline', { expireIn: '5s' }],
  ['a deadline that puts off', { expireIn: '5s', onExpired: 'reschedule' }],
  ['a retention of failures', { retention: { failedFor: 0 } }],
  ['a unique key until it starts', { unique: { key: 'a', until: 'started', onConflict: 'refuse' } }],
  ['a unique key for a time', { unique: { key: 'a', for: '1h', onConflict: 'refuse' } }],
  ['a unique key that is a hash', { unique: { onConflict: 'refuse' } }],
];

test.each(flows)('options are made from ties and give the same ties: %s', (_, options) => {
  const job = { name: 'order.ship', input: { order: 1 } };
  const plan = planFlow(options, job, 'test');
  expect(planFlow(flowOf(job.name, plan.ties), job, 'test')).toEqual(plan);
});
