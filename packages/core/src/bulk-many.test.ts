import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { createIdSource } from './job/job-id.ts';
import { recordText } from './testing/records.ts';

const JOBS = 100_000;
const PER_CALL = 1000;

const server = await startRedis();
const client = new Client({ redis: server.url, namespace: 'many' });
const prefix = '{many:0}:';
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
const nextId = createIdSource({ now: Date.now, randomBytes: (bytes) => bytes.fill(7) });

/** Failed jobs, written as workers would have left them: by their calls it would take a minute. */
beforeAll(async () => {
  await client.enqueue(greet, 1);
  const redis = server.connect();
  for (let from = 0; from < JOBS; from += PER_CALL) {
    const ids = Array.from({ length: PER_CALL }, () => nextId(0));
    await redis.mset(ids.flatMap((id, i) => [`${prefix}job:${id}`, failedRecord(from + i)]));
    await redis.zadd(`${prefix}failed`, ...ids.flatMap((id) => [Date.now() - 1000, id]));
  }
}, 60_000);
afterAll(async () => {
  await client.close();
  await server.stop();
});

function failedRecord(n: number): string {
  const error = { name: 'Error', message: n % 2 === 0 ? 'no paper' : 'no ink', stack: 'at x\n'.repeat(20) };
  const line = `F Worker000000 000000000001 10 1 2 ${JSON.stringify(error)}`;
  return recordText({ state: 'F', tail: [line] });
}

const FAILED = { state: 'failed', queue: 'mail', name: 'greet' } as const;

test('100,000 failed jobs are counted by their error, then requeued', { timeout: 60_000 }, async () => {
  const filter = { ...FAILED, errorContains: 'no ink' };
  const dry = await client.bulk({ verb: 'requeue', filter, dryRun: true });
  expect(await dry.done()).toMatchObject({ looked: JOBS, matched: JOBS / 2, changed: 0, total: JOBS });
  const real = await client.bulk({ verb: 'requeue', filter: FAILED });
  expect(await real.done()).toMatchObject({ looked: JOBS, changed: JOBS, failed: 0, state: 'done' });
  expect((await client.queue('mail').counts()).enqueued).toBe(JOBS + 1);
});
