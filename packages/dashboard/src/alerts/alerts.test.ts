import type { AlertEvent, AlertView } from '@linstock/core';
import { Client, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Board } from '../testing/board.ts';
import { Hook } from '../testing/sinks.ts';
import type { Channel } from './channel.ts';
import { channelsOf, Courier } from './courier.ts';
import { AlertEngine } from './engine.ts';

const redis = await startRedis();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
afterAll(() => redis.stop());

const work = defineJob<{ n: number }>({ name: 'work', queue: 'mail' });

/** One of several processes that look at the alerts of an installation, and tell of them. */
class Process {
  readonly client: Client;
  readonly engine: AlertEngine;
  readonly courier: Courier;
  readonly errors: Error[] = [];

  constructor(namespace: string, channels: readonly Channel[]) {
    this.client = new Client({ redis: redis.url, namespace });
    const { lookout } = this.client.alerts;
    const sender = { installation: namespace };
    this.courier = new Courier({ channels, lookout, sender, pausesMs: [1, 1] });
    this.engine = new AlertEngine({
      lookout,
      courier: this.courier,
      onError: (error) => this.errors.push(error),
    });
    opened.push(this);
  }

  /** Looks at once, whoever looked last. */
  look(): Promise<void> {
    return this.engine.look(0);
  }

  async close(): Promise<void> {
    await this.engine.stop();
    await this.courier.stop();
    await this.client.close();
  }
}

async function open(options?: ConstructorParameters<typeof Board>[1]): Promise<Board> {
  const board = new Board(redis.url, options);
  opened.push(board);
  return board;
}

async function hookOf(...answers: Parameters<typeof Hook.open>): Promise<Hook> {
  const hook = await Hook.open(...answers);
  opened.push(hook);
  return hook;
}

const to = (hook: Hook): Channel[] => channelsOf({ webhooks: [{ name: 'ops', url: hook.url }] });
const ask = async (board: Board, path: string): Promise<Record<string, unknown>> =>
  (await (await board.ask('GET', path, { role: 'viewer' })).json()) as Record<string, unknown>;
const alertsOf = async (board: Board): Promise<readonly AlertView[]> =>
  (await ask(board, '/api/alerts'))['alerts'] as AlertView[];
const eventsOf = async (board: Board): Promise<readonly AlertEvent[]> =>
  (await ask(board, '/api/alerts/events'))['events'] as AlertEvent[];
const post = async (
  board: Board,
  path: string,
  { role = 'admin', ...body }: { role?: 'operator' | 'admin' } & Record<string, unknown> = {},
) => {
  const answer = await board.ask('POST', path, { role, body });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
};

describe('several dashboards', () => {
  test('tell of one alert once, and of its end once', async () => {
    const board = await open();
    const hook = await hookOf();
    const all = [1, 2, 3].map(() => new Process(board.namespace, to(hook)));
    await board.client.alerts.create({ kind: 'backlog', count: 1, name: 'Too much' });
    const jobs = await board.client.enqueueMany(work, [{ n: 1 }, { n: 2 }]);
    for (let i = 0; i < 3; i++) await Promise.all(all.map((one) => one.look()));
    await eventually(async () => expect(hook.messages.map(({ state }) => state)).toEqual(['firing']));
    await Promise.all(jobs.map(({ id }) => board.client.cancel(id)));
    for (let i = 0; i < 4; i++) await Promise.all(all.map((one) => one.look()));
    const states = ['firing', 'resolved'];
    await eventually(async () => expect(hook.messages.map(({ state }) => state)).toEqual(states));
    await eventually(async () =>
      expect(await eventsOf(board)).toMatchObject([
        { what: 'resolved', deliveries: [{ channel: 'ops', ok: true }] },
        { what: 'fired', value: 2, about: 'mail', deliveries: [{ channel: 'ops', ok: true }] },
        { what: 'define' },
      ]),
    );
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  });

  test('tell what one of them found and did not live to tell', async () => {
    const board = await open();
    const hook = await hookOf();
    const [dying, other] = [new Process(board.namespace, []), new Process(board.namespace, to(hook))];
    const { lookout } = dying.client.alerts;
    await board.client.alerts.create({ kind: 'no-worker', for: 0 });
    let taken: readonly AlertEvent[] = [];
    while (taken.length === 0) {
      const { turn } = await lookout.survey(0, 1);
      taken = await lookout.judge(turn, 1);
    }
    // It dies here: it had the event for a millisecond, and nobody hears of it again.
    await eventually(async () => {
      await other.look();
      expect(hook.messages).toMatchObject([{ id: taken[0]?.id, state: 'firing' }]);
    });
  });

  test('leave telling to those that have channels', async () => {
    const board = await open();
    const hook = await hookOf();
    const [silent, other] = [new Process(board.namespace, []), new Process(board.namespace, to(hook))];
    await board.client.alerts.create({ kind: 'no-worker', for: 0 });
    await silent.look();
    await silent.look();
    expect((await alertsOf(board))[0]?.isFiring).toBe(true);
    await other.look();
    await eventually(async () => expect(hook.messages).toHaveLength(1));
  });

  test('go on looking while a channel hangs', async () => {
    const board = await open();
    const hook = await hookOf('never');
    const one = new Process(board.namespace, to(hook));
    await board.client.alerts.create({ kind: 'no-worker', for: 0 });
    await one.look();
    await one.look();
    await eventually(async () => expect(hook.posted).toHaveLength(1));
    const before = (await alertsOf(board))[0]?.lookedAt ?? 0;
    await eventually(async () => {
      await one.look();
      expect((await alertsOf(board))[0]?.lookedAt).toBeGreaterThan(before);
    });
  });
});

describe('what cannot be read', () => {
  test('changes nothing, and the next look goes on', async () => {
    const board = await open();
    const one = new Process(board.namespace, []);
    await board.client.alerts.create({ kind: 'no-worker', for: 0 });
    await board.client.alerts.create({ kind: 'failures', count: 0 });
    await one.look();
    const before = await alertsOf(board);
    const connection = redis.connect();
    await connection.set(`{${board.namespace}:0}:failed`, 'not what it should be');
    await expect(one.look()).rejects.toThrow();
    expect(await alertsOf(board)).toEqual(before);
    await connection.del(`{${board.namespace}:0}:failed`);
    connection.disconnect();
    await one.look();
    // Both may have been made in the same millisecond.
    const byKind = Object.fromEntries((await alertsOf(board)).map((alert) => [alert.kind, alert]));
    expect(byKind).toMatchObject({
      'no-worker': { isFiring: true },
      failures: { isFiring: false, value: 0 },
    });
  });
});

describe('a person', () => {
  test('makes an alert, changes it, is told what is wrong, and all of it is written down', async () => {
    const board = await open();
    const made = await post(board, '/api/alerts', { kind: 'failures', count: 10, within: '5m', queue: '' });
    expect(made.status).toBe(200);
    const path = `/api/alerts/${String(made.json['id'])}`;
    expect(await alertsOf(board)).toMatchObject([
      { kind: 'failures', count: 10, withinMs: 300_000, isFiring: false, changedBy: 'ada (dashboard)' },
    ]);
    expect(await post(board, `${path}/change`, { count: -1 })).toMatchObject({
      status: 400,
      json: { error: { code: 'INVALID_OPTION', option: 'alert.count' } },
    });
    await post(board, `${path}/change`, { count: 20, within: '10m', reason: 'too loud' });
    expect(await alertsOf(board)).toMatchObject([{ count: 20, withinMs: 600_000 }]);
    expect((await eventsOf(board))[0]).toMatchObject({
      what: 'change',
      by: 'ada (dashboard)',
      why: 'too loud',
    });
    expect((await post(board, `${path}/remove`, { role: 'operator' })).status).toBe(403);
    expect((await post(board, `${path}/remove`)).json).toEqual({ changed: true });
    const { entries } = (await ask(board, '/api/audit')) as { entries: { action: string }[] };
    expect(entries.map(({ action }) => action)).toEqual(['remove alert', 'change alert', 'define alert']);
  });

  test('takes a queue away from an alert', async () => {
    const board = await open();
    const { json } = await post(board, '/api/alerts', {
      kind: 'backlog',
      count: 1,
      queue: 'mail',
      name: 'n',
    });
    await post(board, `/api/alerts/${String(json['id'])}/change`, { queue: '' });
    expect((await alertsOf(board))[0]).not.toHaveProperty('queue');
  });

  test('narrows an alert of failures to a queue and a name, sees where these are, and takes them away', async () => {
    const board = await open();
    const made = { kind: 'failures', count: 1, queue: 'mail', jobName: 'work' };
    const path = `/api/alerts/${String((await post(board, '/api/alerts', made)).json['id'])}/change`;
    expect(await alertsOf(board)).toMatchObject([
      { ...made, name: 'failures: mail, work', page: 'search?q=state%3Afailed%20queue%3Amail%20name%3Awork' },
    ]);
    expect(await post(board, path, { jobName: 'no name' })).toMatchObject({
      status: 400,
      json: { error: { code: 'INVALID_OPTION', option: 'alert.jobName' } },
    });
    await post(board, path, { queue: '', jobName: '' });
    const [alert] = await alertsOf(board);
    expect([alert?.queue, alert?.jobName]).toEqual([undefined, undefined]);
    expect(alert).toMatchObject({ page: 'errors' });
  });

  test('silences one that fires: it is not shown any more among what calls for somebody', async () => {
    const board = await open();
    const one = new Process(board.namespace, []);
    const { json } = await post(board, '/api/alerts', { kind: 'no-worker', for: 0, name: 'Nobody' });
    const id = String(json['id']);
    await one.look();
    await one.look();
    const overview = (await ask(board, '/api/overview')) as { alerts: unknown; attention: unknown[] };
    expect(overview.alerts).toEqual([{ id, name: 'Nobody' }]);
    expect(overview.attention).toContainEqual({ level: 'bad', code: 'ALERT', about: 'Nobody', count: 0 });
    await post(board, `/api/alerts/${id}/silence`, { for: '8h', reason: 'we know' });
    const later = new Board(redis.url, { namespace: board.namespace });
    opened.push(later);
    expect(await ask(later, '/api/overview')).toMatchObject({ alerts: [] });
    expect((await alertsOf(board))[0]?.silencedUntil).toBeGreaterThan(Date.now());
  });

  test('tries out the channels, and sees what came of each', async () => {
    const [good, bad] = [await hookOf(), await hookOf(404)];
    const board = await open({
      alerts: {
        webhooks: [
          { name: 'good', url: good.url, secret: 'hunter2hunter2hunter2' },
          { name: 'bad', url: bad.url, headers: { 'X-Key': 'hunter2' } },
        ],
      },
    });
    const { json } = await post(board, '/api/alerts/test', { role: 'operator' });
    expect(json['deliveries']).toMatchObject([
      { channel: 'good', ok: true },
      { channel: 'bad', ok: false, error: 'answered 404' },
    ]);
    expect(good.messages).toMatchObject([{ state: 'test' }]);
    const texts = JSON.stringify([await ask(board, '/api/alerts'), await eventsOf(board)]);
    expect(JSON.parse(texts)).toMatchObject([
      { channels: ['good', 'bad'] },
      [{ what: 'test', deliveries: [{ channel: 'good' }, { channel: 'bad' }] }],
    ]);
    expect(texts).not.toMatch(/hunter2|127\.0\.0\.1|hook-of-nobody/);
  });

  test('cannot try out channels that are not there', async () => {
    const board = await open();
    expect(await post(board, '/api/alerts/test')).toMatchObject({
      status: 409,
      json: { error: { code: 'NO_CHANNELS' } },
    });
  });

  test('gets at most 500 events at once, and no alert that is not there', async () => {
    const board = await open();
    expect((await board.ask('GET', '/api/alerts/events?limit=501', { role: 'viewer' })).status).toBe(400);
    for (const verb of ['change', 'silence', 'unsilence'])
      expect((await post(board, `/api/alerts/none/${verb}`)).status).toBe(404);
  });
});
