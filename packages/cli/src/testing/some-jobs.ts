import type { Client } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { Worker } from '@linstock/worker';
import { expect } from 'vitest';

const mail = defineJob<{ user: { id: number } }>({ name: 'mail.send', queue: 'mail' });
const draft = defineJob<number>({ name: 'mail.draft', queue: 'mail' });
const report = defineJob<null>({ name: 'report.build' });

/** Ids of jobs that filters tell apart. */
export interface SomeJobs {
  readonly failed: string;
  /** To the users 1, 2, 3, 4, 7; the last one has the tag "vip". */
  readonly mails: readonly string[];
  readonly draft: string;
  readonly report: string;
}

/** Leaves five mails and a report that wait, a draft that is scheduled, and another report that has failed. */
export async function someJobs(client: Client, redis: string, namespace: string): Promise<SomeJobs> {
  const failed = await client.enqueue(report, null, { queue: 'doomed', maxAttempts: 1 });
  const worker = new Worker({ redis, namespace, queues: ['doomed'] });
  worker.handle(report, () => {
    throw new Error('No route to host');
  });
  await worker.start();
  await expect(failed.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
  await worker.stop();
  const inputs = [1, 2, 3, 4].map((id) => ({ user: { id } }));
  const sent = await client.enqueueMany(mail, inputs);
  const tagged = await client.enqueue(mail, { user: { id: 7 } }, { tags: ['vip'] });
  return {
    failed: failed.id,
    mails: [...sent, tagged].map(({ id }) => id),
    draft: (await client.schedule(draft, 1, { in: '1h' })).id,
    report: (await client.enqueue(report, null)).id,
  };
}
