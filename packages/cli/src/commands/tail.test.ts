import { Client, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ran } from '../testing/run-cli.ts';
import { cliFor, jsonOf, linesOf, outcome, startCli } from '../testing/run-cli.ts';

const store = await sharedRedis();
const greet = defineJob<number>({ name: 'greet', queue: 'mail' });
let env: Record<string, string>;
let run: ReturnType<typeof cliFor>;
let client: Client;
beforeEach(() => {
  const namespace = store.namespace();
  env = { LINSTOCK_REDIS_URL: store.url, LINSTOCK_NAMESPACE: namespace };
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
});
afterEach(() => client.close());

/** A command that follows, with what it has said so far. */
class Follower {
  readonly #child: ReturnType<typeof startCli>;
  readonly #ended: Promise<Ran>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], settings: Record<string, string>) {
    this.#child = startCli(args, { env: settings });
    this.#child.stdout.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.#child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.#ended = outcome(this.#child);
  }

  async says(text: string, where: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    await eventually(() => this[where].includes(text));
  }

  /** As Ctrl-C does. */
  async interrupt(): Promise<Ran> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }
}

test('events are followed as they come, by verb and job, until Ctrl-C', async () => {
  expect(await run(['events', 'tail'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('linstock events enable'),
  });
  expect(jsonOf(await run(['events', 'enable', '--max-length', '1000', '--json']))).toEqual({
    enabled: true,
    maxLength: 1000,
  });
  const tail = new Follower(['events', 'tail', '--verb', 'enqueue,cancel'], env);
  await tail.says('waiting for events', 'stderr');
  const { id } = await client.enqueue(greet, 1);
  await client.cancel(id);
  await client.delete(id);
  await tail.says('cancelled');
  expect(await tail.interrupt()).toMatchObject({ code: 130 });
  const [titles, ...lines] = linesOf(tail.stdout);
  expect(titles).toMatch(/^WHEN +VERB +STATE +JOB$/);
  expect(lines.map((line) => line.split(/ +/).slice(1))).toEqual([
    ['enqueue', 'enqueued', id],
    ['cancel', 'cancelled', id],
  ]);
  const { id: other } = await client.enqueue(greet, 2);
  const past = await run([
    'events',
    'tail',
    '--from',
    'oldest',
    '--job',
    other,
    '--limit',
    '1',
    '-o',
    'ndjson',
  ]);
  expect(past).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(past.stdout)).toMatchObject({ kind: 'transition', verb: 'enqueue', id: other });
  const typo = await run(['events', 'tail', '--verb', 'cancle']);
  expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean cancel?') });
});

test('the audit log of all shards is followed, with the last entries before it, each once', async () => {
  const settings = { ...env, LINSTOCK_NAMESPACE: store.namespace() };
  const own = new Client({ redis: store.url, namespace: settings.LINSTOCK_NAMESPACE, shards: 3 });
  const inputs = Array.from({ length: 200 }, (_, n) => n);
  const ids = (await own.enqueueMany(greet, inputs)).map(({ id }) => id);
  const cancel = async (from: number, to: number): Promise<void> => {
    await own.cancelMany(ids.slice(from, to), { by: 'ada' });
  };
  await cancel(0, 1);
  await cancel(1, 2);
  await cancel(2, 3);
  const tail = new Follower(['audit', 'tail', '--lines', '2', '--actor', 'ada', '-o', 'ndjson'], settings);
  await tail.says(ids[2] ?? '');
  await own.queue('mail').pause({ by: 'eve' });
  // More than a look reads at first.
  await cancel(3, 199);
  await tail.says(ids[198] ?? '');
  await cancel(199, 200);
  await tail.says(ids[199] ?? '');
  expect((await tail.interrupt()).code).toBe(130);
  const targets = linesOf(tail.stdout).map((line) => (JSON.parse(line) as { target: string }).target);
  expect(targets.toSorted()).toEqual(ids.slice(1).toSorted());
  await own.close();
});

test('an outage of Redis is told on standard error, and outlived', async () => {
  const server = await startRedis({ appendonly: 'always' });
  const settings = { LINSTOCK_REDIS_URL: server.url };
  const own = new Client({ redis: server.url });
  await own.events.enable();
  const events = new Follower(['events', 'tail'], settings);
  const audit = new Follower(['audit', 'tail'], settings);
  await own.queue('mail').pause({ reason: 'before' });
  await events.says('waiting for events', 'stderr');
  await audit.says('before');
  await server.kill();
  await events.says('the connection to Redis broke', 'stderr');
  await audit.says('nothing can be read now', 'stderr');
  await server.restart();
  const { id } = await own.enqueue(greet, 1);
  await own.queue('mail').resume({ reason: 'after' });
  await events.says(id);
  await audit.says('after');
  for (const tail of [events, audit]) {
    await tail.says('connected again', 'stderr');
    expect((await tail.interrupt()).code).toBe(130);
  }
  await own.close();
  await server.stop();
});
