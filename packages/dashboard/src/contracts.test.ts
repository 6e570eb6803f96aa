import { defineJob } from '@linstock/core';
import { Connection, describeContract, ShardSet, WorkerRegistry } from '@linstock/core/internal';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Board } from './testing/board.ts';

const redis = await startRedis();
const boards: Board[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(() => redis.stop());

const schema = { type: 'object', properties: { to: { type: 'string' } } };
const send = defineJob({
  name: 'mail/send',
  version: 3,
  queue: 'mail',
  priority: 'high',
  maxAttempts: 2,
  retry: ['1m'],
  timeout: '30s',
  onExhausted: 'cancel',
  input: {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  } as never,
});

/** A dashboard of an installation whose workers have described a contract. */
async function open(): Promise<Board> {
  const board = new Board(redis.url);
  boards.push(board);
  const connection = new Connection(redis.url, 'commands');
  const [home] = await new ShardSet(connection, board.namespace, 1).open(5000);
  await new WorkerRegistry(connection, home.prefix).describe(
    [send, defineJob({ name: 'plain' })].map(describeContract),
  );
  connection.close();
  return board;
}

const read = async (board: Board, path: string): Promise<unknown> =>
  (await board.ask('GET', `/api/${path}`, { role: 'viewer' })).json();

describe('contracts that workers have described', () => {
  test('are listed, with where their jobs wait', async () => {
    expect(await read(await open(), 'contracts')).toEqual({
      contracts: [
        { name: 'mail/send', version: 3, queue: 'mail', priority: 'high', hasSchema: true },
        { name: 'plain', version: 1, queue: 'default', priority: 'normal', hasSchema: false },
      ],
    });
  });

  test('are found by their names, with their schemas', async () => {
    const board = await open();
    expect(await read(board, 'contracts/mail%2Fsend')).toMatchObject({
      contract: { name: 'mail/send', schema },
    });
    expect(await read(board, 'contracts/plain')).toMatchObject({ contract: { schemaStatus: 'none' } });
  });

  test.each([
    ['unknown', 404, 'CONTRACT_NOT_FOUND'],
    ['__proto__', 400, 'INVALID_OPTION'],
    ['constructor', 404, 'CONTRACT_NOT_FOUND'],
  ])('%s is none of them', async (name, status, code) => {
    const answer = await (await open()).ask('GET', `/api/contracts/${name}`, { role: 'viewer' });
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }]);
  });
});

describe('a job that is written by hand', () => {
  const post = async (board: Board, body: object, path = 'jobs'): Promise<Record<string, unknown>> =>
    (await (await board.ask('POST', `/api/${path}`, { role: 'operator', body })).json()) as never;
  const jobOf = async (board: Board, body: object): Promise<unknown> =>
    board.client.get(String((await post(board, body))['id']));

  test('runs as its contract says', async () => {
    expect(await jobOf(await open(), { name: 'mail/send', version: 3, input: { to: 'ada' } })).toMatchObject({
      queue: 'mail',
      priority: 'high',
      version: 3,
      input: { to: 'ada' },
      options: { maxAttempts: 2, retry: ['1m'], timeoutMs: 30_000, onExhausted: 'cancel' },
    });
  });

  test('runs as the body says where it says something', async () => {
    const body = { name: 'mail/send', queue: 'later', priority: 'low', input: {} };
    expect(await jobOf(await open(), body)).toMatchObject({ queue: 'later', priority: 'low', version: 1 });
  });

  test('needs no contract', async () => {
    expect(await jobOf(await open(), { name: 'unknown', input: 7 })).toMatchObject({
      queue: 'default',
      input: 7,
    });
  });

  test('may run at an instant', async () => {
    const at = '2999-01-02T03:04:05.000Z';
    expect(await jobOf(await open(), { name: 'plain', input: {}, at })).toMatchObject({
      state: 'scheduled',
      dueAt: Date.parse(at),
    });
  });

  test.each([
    [{ at: 'tomorrow' }, 'at'],
    [{ at: '2999-01-01T00:00:00Z', in: '5m' }, 'at'],
    [{ in: 'soon' }, 'schedule.in'],
    [{ version: 0 }, 'defineJob.version'],
    [{ version: 'x' }, 'defineJob.version'],
    [{ name: 'no name' }, 'defineJob.name'],
    [{ queue: 'a{b}' }, 'defineJob.queue'],
  ])('%j is refused by the name of what is wrong', async (body, option) => {
    expect(await post(await open(), { name: 'plain', input: {}, ...body })).toMatchObject({
      error: { code: expect.any(String) as string, option },
    });
  });

  test('may be one that recurs, and tells its version', async () => {
    const board = await open();
    await post(board, { id: 'r', name: 'mail/send', version: 3, cron: '0 3 * * *', input: {} }, 'recurring');
    expect(await read(board, 'recurring/r')).toMatchObject({
      recurring: { job: { name: 'mail/send', queue: 'mail', version: 3 } },
    });
  });
});
