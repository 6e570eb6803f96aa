import { defineJob } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { csvLine } from './api/csv.ts';
import { JOB_COLUMNS } from './api/export.ts';
import type { DashboardOptions } from './options.ts';
import { Board } from './testing/board.ts';

const redis = await startRedis();
const boards: Board[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.close()));
});
afterAll(() => redis.stop());

const work = defineJob<{ n: number; text?: string; password?: string }>({ name: 'work' });

function open(options?: Partial<DashboardOptions>, url = redis.url): Board {
  const board = new Board(url, options);
  boards.push(board);
  return board;
}

const ask = (board: Board, query: Record<string, string>): Promise<Response> =>
  board.ask('GET', `/api/export?${new URLSearchParams(query)}`, { role: 'viewer' });

type Line = Record<string, unknown> & { readonly input?: { readonly n: number } };

async function lines(board: Board, query: Record<string, string>): Promise<Line[]> {
  const text = await (await ask(board, query)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

const many = (length: number): { n: number }[] => Array.from({ length }, (_, n) => ({ n }));
const numbersIn = (found: readonly Line[]): number[] =>
  found.flatMap(({ input }) => input?.n ?? []).toSorted((a, b) => a - b);

/** Reads CSV as RFC 4180 says it is written. */
function cellsOf(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '') break;
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') records.push([]);
  }
  return records.filter(({ length }) => length > 0);
}

describe('an export', () => {
  test('holds every job that fits, and ends with how many there were', async () => {
    const board = open();
    await board.client.enqueueMany(work, many(450));
    await board.client.schedule(work, { n: 1000 }, { in: '1h' });
    const found = await lines(board, { state: 'enqueued' });
    expect(numbersIn(found)).toEqual(Array.from({ length: 450 }, (_, n) => n));
    expect(found.at(-1)).toEqual({ done: true, jobs: 450 });
    expect(numbersIn(await lines(board, { q: 'name:work input.n:1000' }))).toEqual([1000]);
    expect(await lines(board, { q: 'nothing-like-this' })).toEqual([{ done: true, jobs: 0 }]);
  });

  test('takes its state, queue, tag and search together', async () => {
    const board = open();
    await board.client.enqueue(work, { n: 1 }, { queue: 'mail', tags: ['x'] });
    await board.client.enqueue(work, { n: 2 }, { queue: 'mail' });
    await board.client.enqueue(work, { n: 3 }, { queue: 'slow', tags: ['x'] });
    const delayed = await board.client.schedule(work, { n: 4 }, { in: '1h', queue: 'mail', tags: ['x'] });
    const numbers = async (query: Record<string, string>): Promise<number[]> =>
      numbersIn(await lines(board, query));
    expect(await numbers({ tag: 'x' })).toEqual([1, 3, 4]);
    expect(await numbers({ tag: 'x', queue: 'mail' })).toEqual([1, 4]);
    expect(await numbers({ state: 'enqueued', queue: 'mail' })).toEqual([1, 2]);
    expect(await numbers({ state: 'scheduled', queue: 'slow' })).toEqual([]);
    expect(await numbers({ queue: 'mail', q: '"no end' })).toEqual([]);
    expect(await numbers({ queue: 'mail', q: delayed.id })).toEqual([4]);
  });

  test('by a tag reads the index of that tag, and no list of jobs', async () => {
    const board = open();
    await board.client.enqueueMany(work, many(300));
    await board.client.enqueueMany(work, many(130), { tags: ['x'] });
    const connection = redis.connect();
    const looks = async (): Promise<string | undefined> =>
      /cmdstat_lrange:calls=(\d+)/.exec(await connection.info('commandstats'))?.[1];
    const before = await looks();
    const found = await lines(board, { tag: 'x', q: 'state:enqueued' });
    expect(numbersIn(found)).toEqual(many(130).map(({ n }) => n));
    expect(found.at(-1)).toEqual({ done: true, jobs: 130 });
    expect(await looks()).toBe(before);
    connection.disconnect();
  });

  test('is a file whose name tells what it holds', async () => {
    const board = open();
    const answer = await ask(board, { state: 'failed', tag: 'a/b"; x=1' }).catch(() => undefined);
    expect(answer?.status).toBe(400);
    const csv = await ask(board, { state: 'failed', tag: 'urgent/ü', format: 'csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="jobs-failed-urgent-\d{8}T\d{6}Z\.csv"$/,
    );
    await csv.body?.cancel();
    const json = await ask(board, { q: 'state:failed\r\nx: y' });
    expect(json.headers.get('content-disposition')).toMatch(/filename="jobs-state-failed-x-y-\w+\.ndjson"$/);
    await json.body?.cancel();
  });

  test('S30 masks what is secret, in both formats', async () => {
    const board = open();
    await board.client.enqueue(work, { n: 1, password: 'hunter2' });
    for (const format of ['ndjson', 'csv']) {
      const text = await (await ask(board, { state: 'enqueued', format })).text();
      expect(text).toContain('password');
      expect(text).not.toContain('hunter2');
    }
  });

  test.each([{}, { state: 'gone' }, { state: 'failed', format: 'xlsx' }, { q: 'colour:red' }])(
    '%j is refused as an error, not as a file',
    async (query) => {
      const answer = await ask(open(), query as Record<string, string>);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-disposition')).toBeNull();
      expect(await answer.json()).toMatchObject({ error: { code: 'INVALID_OPTION' } });
    },
  );

  test('reads no further than somebody takes it', async () => {
    const board = open();
    await board.client.enqueueMany(work, many(5000));
    const reader = (await ask(board, { state: 'enqueued' })).body?.getReader();
    const connection = redis.connect();
    const looks = async (): Promise<number> =>
      Number(/cmdstat_lrange:calls=(\d+)/.exec(await connection.info('commandstats'))?.[1] ?? 0);
    const before = await looks();
    await reader?.read();
    await reader?.read();
    expect((await looks()) - before).toBeLessThan(10);
    await reader?.cancel();
    connection.disconnect();
  });
});

describe('an export that breaks off', () => {
  const broken = async (format: string): Promise<string> => {
    const own = await startRedis();
    const board = open({ commandTimeout: '500ms' }, own.url);
    try {
      await board.client.enqueueMany(work, many(2000));
      const answer = await ask(board, { state: 'enqueued', format });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = (await reader?.read())?.value ?? '';
      await own.kill();
      for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read())
        text += part.value;
      return text;
    } finally {
      await own.stop();
    }
  };

  test('says so in its last line', { timeout: 60_000 }, async () => {
    const last = (await broken('ndjson')).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ error: { code: expect.stringMatching(/^REDIS_/) } });
  });

  test('is no whole file where it can say nothing', { timeout: 60_000 }, async () => {
    await expect(broken('csv')).rejects.toMatchObject({ code: expect.stringMatching(/^REDIS_/) });
  });
});

describe('CSV', () => {
  const csvOf = async (board: Board): Promise<string[][]> =>
    cellsOf(await (await ask(board, { state: 'enqueued', format: 'csv' })).text());

  test('has a head, and a line for each job', async () => {
    const board = open();
    const { id } = await board.client.enqueue(work, { n: 1, text: 'a "b", c' }, { tags: ['x', 'y'] });
    const bytes = await (await ask(board, { state: 'enqueued', format: 'csv' })).arrayBuffer();
    expect([...new Uint8Array(bytes.slice(0, 3))]).toEqual([0xef, 0xbb, 0xbf]);
    const [head = [], ...rest] = await csvOf(board);
    expect(rest.length).toBe(1);
    const job = Object.fromEntries(head.map((name, i) => [name, rest[0]?.[i]]));
    expect(job).toMatchObject({ id, name: 'work', state: 'enqueued', queue: 'default', tags: 'x y' });
    expect(JSON.parse(job['input'] ?? '')).toEqual({ n: 1, text: 'a "b", c' });
    expect(job['createdAt']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', ' =1', '＝1', '"=1'])(
    'S27 %j is no formula in a spreadsheet',
    async (displayName) => {
      const board = open();
      const { id } = await board.client.enqueue(work, { n: 1 });
      const job = await board.client.get(id);
      if (job === undefined || 'damaged' in job) throw new Error('it is gone');
      const [cells = []] = cellsOf(csvLine(JOB_COLUMNS, { ...job, displayName }));
      expect(cells[2]).toBe(displayName.startsWith('"') ? displayName : `'${displayName}`);
      expect(cells.some((cell) => /^\s*[=+\-@\t\r＝]/.test(cell))).toBe(false);
    },
  );
});

describe('the audit log', () => {
  const audit = async (board: Board, query: string): Promise<Response> =>
    board.ask('GET', `/api/audit/export?${query}`, { role: 'viewer' });

  test('is saved whole, or what fits, as NDJSON and CSV', async () => {
    const board = open();
    const handles = await board.client.enqueueMany(work, many(520));
    for (const [n, { id }] of handles.entries())
      await board.client.cancel(id, {
        by: n % 4 === 0 ? 'ada (dashboard, 10.0.0.5)' : 'bob',
        reason: '=1+1',
      });
    const text = await (await audit(board, '')).text();
    const entries = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
    expect(entries.length).toBe(521);
    expect(entries.at(-1)).toEqual({ done: true, audit: 520 });
    const csv = await audit(board, 'format=csv&actor=ada');
    expect(csv.headers.get('content-disposition')).toMatch(/filename="audit-ada-\w+\.csv"/);
    const [head, ...rows] = cellsOf(await csv.text());
    expect(head).toEqual(['at', 'actor', 'action', 'target', 'reason', 'details']);
    expect(rows.length).toBe(130);
    expect(rows[0]?.slice(1, 5)).toEqual(['ada (dashboard, 10.0.0.5)', 'cancel', handles[516]?.id, "'=1+1"]);
  });

  test('tells from where a change came, where that is known', async () => {
    const authorize = (): { name: string; role: 'admin'; from: string } => ({
      name: 'ada',
      role: 'admin',
      from: '10.0.0.7',
    });
    const board = open({ authorize });
    await board.ask('POST', '/api/queues/mail/pause', { body: { reason: 'a test' } });
    const { entries } = (await (await board.ask('GET', '/api/audit?actor=ada')).json()) as {
      entries: unknown[];
    };
    expect(entries).toMatchObject([{ actor: 'ada (dashboard, 10.0.0.7)', action: 'pause' }]);
  });
});
