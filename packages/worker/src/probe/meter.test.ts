import { expect, test } from 'vitest';
import type { JobRun } from '../job-run.ts';
import { DurationBuckets } from './duration-buckets.ts';
import { Meter } from './meter.ts';

const runOf = (name: string): JobRun => ({ name, held: { claim: { shard: 0 } } }) as JobRun;
const queueNames = async (): Promise<Map<string, string>> => new Map([['001', 'mail']]);

test('two hundred names are counted for themselves, all that come after them together', async () => {
  const meter = new Meter({ nameOf: (job) => job, queueNames });
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 1000; i++) {
      const run = runOf(`job-${i}`);
      meter.began(run, '001');
      meter.ended(run, 'succeeded');
      // Told again, of what has ended.
      meter.ended(run, 'lost');
    }
  }
  const { processed } = await meter.samples();
  const succeeded = processed.filter(({ labels }) => labels['outcome'] === 'succeeded');
  expect(succeeded).toHaveLength(201);
  expect(succeeded.find(({ labels }) => labels['name'] === 'job-0')?.value).toBe(2);
  expect(succeeded.find(({ labels }) => labels['name'] === 'other')?.value).toBe(1600);
  expect(processed).toHaveLength(3 * 201);
});

test('a queue whose name Redis does not tell yet is left out until it does', async () => {
  let isThere = false;
  const meter = new Meter({
    nameOf: (job) => job,
    queueNames: () => (isThere ? queueNames() : Promise.reject(new Error('away'))),
  });
  meter.began(runOf('work'), '001');
  expect((await meter.samples()).processed).toEqual([]);
  isThere = true;
  expect((await meter.samples()).processed).toHaveLength(3);
});

test('buckets count what is at most as long as they say; what is negative is nothing', () => {
  const buckets = new DurationBuckets([0.1, 1]);
  for (const ms of [-5, 100, 101, 1000, 5000]) buckets.add(ms);
  expect(buckets.samples({ queue: 'a' })).toEqual([
    { suffix: '_bucket', labels: { queue: 'a', le: '0.1' }, value: 2 },
    { suffix: '_bucket', labels: { queue: 'a', le: '1' }, value: 4 },
    { suffix: '_bucket', labels: { queue: 'a', le: '+Inf' }, value: 5 },
    { suffix: '_sum', labels: { queue: 'a' }, value: 6.201 },
    { suffix: '_count', labels: { queue: 'a' }, value: 5 },
  ]);
});
