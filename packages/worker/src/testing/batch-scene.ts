import type { BatchBuilder } from '@linstock/core';
import { defineJob } from '@linstock/core';
import type { Shard } from '@linstock/core/internal';
import { Connection, ShardSet } from '@linstock/core/internal';
import { expect } from 'vitest';
import type { ParentOutcome } from '../parent-outcomes.ts';
import type { Scene } from './scene.ts';
import { Gate } from './stage.ts';

/** A member of a batch that fails when its input says so. */
export const work = defineJob<{ fail?: boolean }, number>({ name: 'work', maxAttempts: 1 });
/** A callback: gives back what it learns of its parents. */
export const after = defineJob<string, readonly ParentOutcome[]>({ name: 'after' });

/** What ran: the callbacks' inputs, in their order. */
export interface Ran {
  readonly callbacks: string[];
  members: number;
  fails: boolean;
}

/** A worker whose `work` fails as its input says, while `fails`. */
export async function startWorker(scene: Scene): Promise<Ran> {
  const ran: Ran = { callbacks: [], members: 0, fails: true };
  const worker = scene.worker({ concurrency: 20 });
  worker.handle(work, ({ fail = false }) => {
    ran.members++;
    if (fail && ran.fails) throw new Error('no luck');
    return 42;
  });
  worker.handle(after, (input, ctx) => {
    ran.callbacks.push(input);
    return ctx.parents();
  });
  await worker.start();
  return ran;
}

/** The shard of a batch, to do what its client would do next. */
export async function shardOf(scene: Scene, id: string): Promise<Shard> {
  const connection = new Connection(scene.target.url, 'commands');
  scene.onClose(() => connection.close());
  const shards = await new ShardSet(connection, scene.target.namespace, scene.target.shards).open(5000);
  for (const shard of shards)
    if ((await scene.call('EXISTS', `${shard.prefix}batch:${id}`)) === 1) return shard;
  throw new Error(`no batch ${id}`);
}

/** A draft whose creator stands still: as if it had died. */
export async function abandonedDraft(
  scene: Scene,
  build: (b: BatchBuilder) => Promise<unknown>,
): Promise<string> {
  const flushed = new Gate();
  let id = '';
  const never = new Promise<void>(() => undefined);
  void scene.client.batch(async (b) => {
    id = b.id;
    await build(b);
    await b.flush();
    flushed.open();
    await never;
  });
  await flushed.opened;
  return id;
}

/** The state of a job; undefined: there is none. */
export const stateOf = async (scene: Scene, id: string): Promise<unknown> => {
  const job = await scene.client.get(id);
  return job !== undefined && 'state' in job ? job.state : undefined;
};

/** Nothing remembers any bond between jobs, but the batches themselves. */
export async function expectNothingTied(scene: Scene): Promise<void> {
  const left = (await scene.keys()).filter((key) => /^(children|waits|parents|awaiting|todo)\b/.test(key));
  expect(left).toEqual([]);
}
