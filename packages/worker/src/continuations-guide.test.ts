import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

type Condition = 'succeeded' | 'failed' | 'cancelled' | 'finished';

const parent = defineJob<null>({ name: 'parent', maxAttempts: 1 });
const child = defineJob<null>({ name: 'child' });

const page = await readFile(
  fileURLToPath(new URL('../../../docs/continuations.md', import.meta.url)),
  'utf8',
);
const [heading = [], , ...rows] = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));
const conditions = heading.slice(1).map((text) => text.replace('on ', '') as Condition);

/** A parent whose handler fails while it is told so. */
class Family {
  readonly scene: Scene;
  readonly id: string;
  readonly fate: { fails: boolean };

  constructor(scene: Scene, id: string, fate: { fails: boolean }) {
    this.scene = scene;
    this.id = id;
    this.fate = fate;
  }

  async ends(state: string): Promise<void> {
    await eventually(async () => (await this.scene.job(this.id)).state === state);
  }

  async requeue(): Promise<void> {
    this.fate.fails = false;
    await this.scene.client.requeue(this.id);
    await this.ends('succeeded');
  }

  async fail(): Promise<void> {
    this.fate.fails = true;
    await this.startWorker();
    await this.ends('failed');
  }

  /** Cancels or deletes the parent before a worker could run it. */
  async before(verb: 'cancel' | 'delete'): Promise<void> {
    await this.scene.client[verb](this.id);
    await this.startWorker();
  }

  async startWorker(): Promise<void> {
    const worker = this.scene.worker();
    worker.handle(parent, () => {
      if (this.fate.fails) throw new Error('no luck');
    });
    worker.handle(child, () => undefined);
    await worker.start();
  }
}

/** What happens to the parent, by the words of the table. */
const FATES: Readonly<Record<string, (family: Family) => Promise<void>>> = {
  succeeds: async (family) => {
    await family.startWorker();
    await family.ends('succeeded');
  },
  'fails for good': (family) => family.fail(),
  'fails, is requeued, and succeeds': async (family) => {
    await family.fail();
    await family.requeue();
  },
  'fails, and is deleted': async (family) => {
    await family.fail();
    await family.scene.client.delete(family.id);
  },
  'is cancelled (by a person, its handler, its deadline)': (family) => family.before('cancel'),
  'is cancelled, is requeued, and succeeds': async (family) => {
    await family.before('cancel');
    await family.requeue();
  },
  'is deleted before it ended': (family) => family.before('delete'),
};
const STATES: Readonly<Record<string, string>> = {
  runs: 'succeeded',
  waits: 'awaiting',
  cancelled: 'cancelled',
};

test('the table names every condition', () => {
  expect(conditions.toSorted()).toEqual(['cancelled', 'failed', 'finished', 'succeeded']);
  expect(rows.map(([fate]) => fate)).toEqual(Object.keys(FATES));
});

test.each(rows)(
  'docs/continuations.md tells what becomes of children whose parent %s',
  async (fate = '', ...cells) => {
    const scene = stage.open();
    const { id } = await scene.client.enqueue(parent, null);
    const children = await Promise.all(
      conditions.map((on) => scene.client.continueWith(id, child, null, { on })),
    );
    await FATES[fate]?.(new Family(scene, id, { fails: false }));
    const states = async (): Promise<string[]> =>
      Promise.all(children.map(async (job) => (await scene.job(job.id)).state));
    await eventually(async () => expect(await states()).toEqual(cells.map((cell) => STATES[cell])));
  },
);
