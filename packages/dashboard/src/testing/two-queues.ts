import { defineJob } from '@linstock/core';
import {
  Connection,
  describeContract,
  encodeTailLine,
  ShardSet,
  WorkerRegistry,
} from '@linstock/core/internal';
import type { Board } from './board.ts';

/** What stands in the names, inputs, tags, errors and reasons of everything of the queue that is not one's own. */
export const FOREIGN = 'plover';
const WORKER = 'AdaAdaAdaAda';
const CLAIM = '000000000001';

/** Fills an installation with the same things in the queue `mail` and in another one. Returns the ids of the other one's jobs. */
export async function fillTwoQueues(board: Board, redis: string): Promise<readonly string[]> {
  await fill(board, 'mail', 'letter');
  const ids = await fill(board, `${FOREIGN}-queue`, FOREIGN);
  await failAll(board, redis, new Set(ids));
  await fill(board, 'mail', 'letter');
  return [...ids, ...(await fill(board, `${FOREIGN}-queue`, FOREIGN))];
}

async function fill({ client }: Board, queue: string, word: string): Promise<string[]> {
  const job = defineJob<object>({ name: `${word}.send`, queue, maxAttempts: 1 });
  const input = { to: word };
  const run = { tags: ['both', word], unique: { key: `${word}-key` } };
  const first = await client.enqueue(job, input, { ...run, displayName: `${word} display` });
  const more = await client.enqueueMany(job, [input, input]);
  const delayed = await client.schedule(job, input, { in: '1h' });
  const gone = await client.enqueue(job, input);
  await client.cancel(gone.id, { by: word, reason: `${word} reason` });
  await client.recurring.upsert(`${word}-daily`, job, input, { cron: '0 3 * * *' });
  await client.recurring.pause(`${word}-daily`, { by: word, reason: `${word} reason` });
  await client.queue(queue).pause({ by: word, reason: `${word} reason` });
  const counted = await client.bulk({
    verb: 'requeue',
    filter: { state: 'cancelled', queue, name: `${word}.send` },
    dryRun: true,
    by: word,
  });
  await counted.done();
  return [first, ...more, delayed, gone].map(({ id }) => id);
}

/** Claims what waits, and fails it, as a worker would that takes both queues and describes both jobs. */
async function failAll(
  { namespace, client }: Board,
  redis: string,
  foreign: ReadonlySet<string>,
): Promise<void> {
  const queues = ['mail', `${FOREIGN}-queue`];
  for (const queue of queues) await client.queue(queue).resume();
  const connection = new Connection(redis, 'commands');
  const [{ jobs, prefix }] = await new ShardSet(connection, namespace, 1).open(5000);
  const registry = new WorkerRegistry(connection, prefix);
  const info = { host: `${FOREIGN}-host`, pid: 1, queues, jobs: [`${FOREIGN}.send`], concurrency: 1 };
  await registry.register(WORKER, 60_000, JSON.stringify(info));
  await registry.describe(
    queues.map((queue, i) =>
      describeContract(defineJob({ name: i === 0 ? 'letter.send' : `${FOREIGN}.send`, queue })),
    ),
  );
  const call = {
    worker: WORKER,
    claim: CLAIM,
    most: 200,
    leaseMs: 60_000,
    wasIdle: false,
    suspects: 'one',
  } as const;
  const reply = await jobs.claim({ ...call, queues: [...queues] });
  if (reply.status !== 'OK') throw new Error(reply.status);
  for (const id of reply.jobs.filter((_, i) => i % 2 === 0)) {
    const word = foreign.has(id) ? FOREIGN : 'letter';
    const json = JSON.stringify({
      name: 'Error',
      message: `no ${word}`,
      stack: `Error: x\n    at ${word}.ts:1`,
    });
    const line = {
      code: 'F',
      worker: WORKER,
      claim: CLAIM,
      attempt: 1,
      startedAt: 1,
      endedAt: 2,
      json,
    } as const;
    await jobs.fail(WORKER, 100, [{ claim: CLAIM, id, line: encodeTailLine(line) }]);
  }
  connection.close();
}
