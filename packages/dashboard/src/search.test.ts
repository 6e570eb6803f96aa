import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Board } from './testing/board.ts';

const redis = await startRedis();
const boards: Board[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(() => redis.stop());

interface Line {
  readonly hits: readonly { readonly id: string; readonly input: { readonly n: number } }[];
  readonly looked: number;
  readonly total: number;
  readonly done?: true;
  readonly cursor?: string;
  readonly filter?: object;
}

const work = defineJob<{ n: number; secret?: string }>({ name: 'work' });

function open(redaction?: readonly string[]): Board {
  const board = new Board(redis.url, redaction === undefined ? {} : { redact: redaction });
  boards.push(board);
  return board;
}

async function search(board: Board, q: string, cursor = ''): Promise<Line[]> {
  const query = new URLSearchParams({ q, cursor });
  const answer = await board.ask('GET', `/api/search?${query}`, { role: 'viewer' });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const text = await answer.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

const numbersOf = (lines: readonly Line[]): number[] =>
  lines.flatMap(({ hits }) => hits.map(({ input }) => input.n));

test('looks through all jobs, and tells how far it is', async () => {
  const board = open();
  await board.client.enqueueMany(
    work,
    Array.from({ length: 250 }, (_, n) => ({ n })),
  );
  await board.client.schedule(work, { n: 1000 }, { in: '1h' });
  const lines = await search(board, 'input.n:7');
  expect(numbersOf(lines)).toEqual([7]);
  expect(lines.at(-1)).toMatchObject({ done: true, looked: 251, total: 251 });
  expect(numbersOf(await search(board, 'input.n:1000'))).toEqual([1000]);
  expect(numbersOf(await search(board, 'state:enqueued input.n:1000'))).toEqual([]);
});

test('stops after many hits, and goes on from there', async () => {
  const board = open();
  await board.client.enqueueMany(
    work,
    Array.from({ length: 450 }, (_, n) => ({ n })),
  );
  const met: number[] = [];
  let [cursor, requests] = ['', 0];
  do {
    const lines = await search(board, 'name:work', cursor);
    met.push(...numbersOf(lines));
    cursor = lines.at(-1)?.cursor ?? '';
    requests++;
  } while (cursor !== '');
  expect(requests).toBe(3);
  expect(met.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 450 }, (_, n) => n));
});

test('by a tag looks only at jobs that have it, in whatever state', async () => {
  const board = open();
  const { client } = board;
  await client.enqueueMany(
    work,
    Array.from({ length: 150 }, (_, n) => ({ n })),
  );
  const tags = ['x'];
  await client.enqueue(work, { n: 1000 }, { tags, queue: 'mail' });
  await client.schedule(work, { n: 1001 }, { in: '1h', tags });
  const { id } = await client.enqueue(work, { n: 1002 }, { tags: ['y', 'x'] });
  await client.cancel(id);
  await client.enqueue(work, { n: 1003 }, { tags: ['y'] });
  const found = async (q: string): Promise<[number[], number | undefined, number | undefined]> => {
    const lines = await search(board, q);
    return [numbersOf(lines), lines.at(-1)?.looked, lines.at(-1)?.total];
  };
  expect(await found('tag:x name:work')).toEqual([[1002, 1001, 1000], 3, 3]);
  expect(await found('state:scheduled tag:x')).toEqual([[1001], 3, 3]);
  expect(await found('tag:x tag:y')).toEqual([[1002], 3, 3]);
  expect(await found('queue:mail tag:x created:<1h')).toEqual([[1000], 3, 3]);
  expect(await found('tag:never')).toEqual([[], 0, 0]);
});

test('by a tag stops after many hits, and goes on from there, whatever is gone since', async () => {
  const board = open();
  const numbers = Array.from({ length: 250 }, (_, n) => n);
  await board.client.enqueueMany(
    work,
    numbers.map((n) => ({ n })),
    { tags: ['x'] },
  );
  const first = await search(board, 'tag:x name:work');
  const ids = first.flatMap(({ hits }) => hits.map(({ id }) => id));
  await board.client.deleteMany(ids.slice(50));
  const rest = await search(board, 'tag:x name:work', first.at(-1)?.cursor);
  expect(rest.at(-1)?.cursor).toBeUndefined();
  expect([...numbersOf(first), ...numbersOf(rest)].toSorted((a, b) => a - b)).toEqual(numbers);
});

test('finds what is tied by a key, and all that have one of its kind', async () => {
  const board = open();
  const { client } = board;
  await client.enqueue(work, { n: 1 }, { unique: { key: 'ada:1' } });
  await client.enqueue(work, { n: 2 }, { unique: true });
  await client.enqueue(work, { n: 3 }, { key: 'order 7' });
  await client.enqueue(work, { n: 4 }, { group: { key: 'acme', limit: 2 } });
  await client.enqueue(work, { n: 5 }, { rateLimit: { key: 'api', limit: 1, per: '1h' } });
  await client.enqueue(work, { n: 6 });
  const found = async (q: string): Promise<number[]> =>
    numbersOf(await search(board, q)).toSorted((a, b) => a - b);
  expect(await found('unique:*')).toEqual([1, 2]);
  expect(await found('unique:ada*')).toEqual([1]);
  expect(await found('unique:ada')).toEqual([]);
  expect(await found('key:"order 7"')).toEqual([3]);
  expect(await found('group:acme')).toEqual([4]);
  expect(await found('limit:*')).toEqual([4, 5]);
});

test('finds nothing that is masked', async () => {
  const board = open(['secret']);
  await board.client.enqueue(work, { n: 1, secret: 'hunter2' });
  expect(numbersOf(await search(board, 'hunter2'))).toEqual([]);
  expect(numbersOf(await search(board, 'input.secret:hunter2'))).toEqual([]);
  expect(numbersOf(await search(board, 'input.n:1'))).toEqual([1]);
});

test('a wrong search is refused with what is known', async () => {
  const answer = await open().ask('GET', '/api/search?q=colour:red', { role: 'viewer' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('qualifiers') } });
});
