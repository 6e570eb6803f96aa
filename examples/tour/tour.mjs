import { Client, defineJob, Monitor } from '@linstock/core';
import { Worker } from '@linstock/worker';
import { z } from 'zod';

const redis = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

// A contract: what producer and worker share. Any Standard Schema works; types are inferred from it.
const resize = defineJob({ name: 'image.resize', input: z.object({ path: z.string(), width: z.number() }) });
const report = defineJob({ name: 'report.send', queue: 'mail', maxAttempts: 3, retry: ['100ms', '1s'] });

// A worker, usually in a process of its own.
const worker = new Worker({ redis, queues: ['default', 'mail'], concurrency: 20 });
worker.handle(resize, async ({ path, width }, ctx) => {
  ctx.progress({ done: 1, of: 2 });
  return { path: path.replace('.png', `-${width}.png`) };
});
worker.handle(report, async (input, ctx) => {
  if (ctx.attempt === 1) throw new Error('the mail server is busy');
  ctx.log.info({ attempt: ctx.attempt }, 'sent');
});
await worker.start();

// A producer, in any service.
const client = new Client({ redis });
const picture = await client.enqueue(resize, { path: 'cat.png', width: 64 });
console.log(await picture.result()); // { path: 'cat-64.png' }

const later = await client.schedule(report, { month: 11 }, { in: '200ms', priority: 'high' });
await later.result(); // fails once, is retried after 100 ms, succeeds

const job = await client.get(later.id);
console.log(
  job.state,
  job.history.map(({ what, attempt }) => `${what} (attempt ${attempt})`),
);
// succeeded [ 'retried (attempt 1)', 'succeeded (attempt 2)' ]

// Bad input is refused before anything is stored.
await client.enqueue(resize, { path: 'cat.png', width: 'wide' }).catch((error) => console.log(error.code)); // INPUT_INVALID

const monitor = new Monitor({ redis });
console.log(await monitor.counts()); // { scheduled: 0, enqueued: 0, …, succeeded: 2, … }

await worker.stop(); // waits for running jobs; gives back what does not end in time
await Promise.all([client.close(), monitor.close()]);
