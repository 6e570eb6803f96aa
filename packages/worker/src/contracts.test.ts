import { defineJob } from '@linstock/core';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

async function start(scene: Scene, ...contracts: readonly ReturnType<typeof defineJob>[]): Promise<void> {
  const worker = scene.worker();
  for (const contract of contracts) worker.handle(contract, () => 'done');
  await worker.start();
}

/** A schema whose JSON Schema is what a test says. */
const offering = (input: () => unknown) =>
  ({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input },
    },
  }) as never;

describe('a worker that starts describes the contracts that it handles', () => {
  const properties = { to: { type: 'string' }, times: { type: 'number' } };

  test.each([
    ['zod', z.object({ to: z.string(), times: z.number().optional() })],
    ['valibot', toStandardJsonSchema(v.object({ to: v.string(), times: v.optional(v.number()) }))],
    ['arktype', type({ to: 'string', 'times?': 'number' })],
  ])('with the JSON Schema of %s', async (_, input) => {
    const scene = stage.open();
    await start(
      scene,
      defineJob({ name: 'mail/send', input, queue: 'mail', priority: 'high', maxAttempts: 3 }) as never,
    );
    expect(await scene.monitor.contract('mail/send')).toMatchObject({
      name: 'mail/send',
      version: 1,
      queue: 'mail',
      priority: 'high',
      options: { maxAttempts: 3 },
      schemaStatus: 'known',
      schema: { type: 'object', properties, required: ['to'] },
    });
  });

  test.each([
    ['a contract without a schema', undefined, 'none'],
    ['a library that offers none', v.object({ to: v.string() }), 'not-offered'],
    ['a schema that has none', z.object({ at: z.date() }), 'failed'],
    [
      'a schema that throws',
      offering(() => {
        throw new Error('no luck');
      }),
      'failed',
    ],
    ['one that is no object', offering(() => 'text'), 'failed'],
    ['one that is nothing', offering(() => undefined), 'failed'],
    [
      'one that is a circle',
      offering(() => {
        const all: object[] = [];
        all.push(all);
        return { all };
      }),
      'failed',
    ],
    ['one over 16 KiB', z.object({ to: z.string().describe('é'.repeat(8200)) }), 'too-large'],
  ])('without one for %s', async (_, input, schemaStatus) => {
    const scene = stage.open();
    await start(
      scene,
      defineJob({ name: 'work', ...(input !== undefined && { input }) }) as never,
      defineJob({ name: 'other' }),
    );
    expect(await scene.monitor.contract('work')).toMatchObject({ schemaStatus, schema: undefined });
    expect((await scene.monitor.contracts()).map(({ name }) => name)).toEqual(['other', 'work']);
  });

  test('under their names, not their aliases', async () => {
    const scene = stage.open();
    await start(scene, defineJob({ name: 'new', aliases: ['old'] }));
    expect((await scene.monitor.contracts()).map(({ name }) => name)).toEqual(['new']);
    expect(await scene.monitor.contract('old')).toBeUndefined();
  });

  test('and leaves those of newer versions', async () => {
    const scene = stage.open();
    const versions = [2, 1, 3].map((version) =>
      defineJob({
        name: 'work',
        version,
        queue: `v${version}`,
        input: z.object({ [`v${version}`]: z.string() }),
      }),
    );
    const seen: unknown[] = [];
    for (const contract of versions) {
      await start(scene, contract);
      const { version, queue, schema } = (await scene.monitor.contract('work')) ?? {};
      seen.push([version, queue, Object.keys(schema?.['properties'] ?? {})]);
    }
    expect(seen).toEqual([
      [2, 'v2', ['v2']],
      [2, 'v2', ['v2']],
      [3, 'v3', ['v3']],
    ]);
  });
});

test('a worker that cannot describe its contracts says so, and works', async () => {
  const scene = stage.open();
  await scene.call('SET', `${scene.prefix()}contracts`, 'damage');
  const work = defineJob({ name: 'work' });
  await start(scene, work);
  expect(scene.log.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: expect.stringContaining('could not be described') as string,
    }),
  );
  const handle = await scene.client.enqueue(work, {});
  expect(await handle.result()).toBe('done');
});

test.each(['', 'no name', 7])('there is no contract named %o', async (name) => {
  await expect(stage.open().monitor.contract(name as string)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
