import { Client, Monitor } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Question } from './found-jobs.ts';
import { findJobs } from './found-jobs.ts';
import type { FilterFlags } from './job-filters.ts';
import type { SomeJobs } from './testing/some-jobs.ts';
import { someJobs } from './testing/some-jobs.ts';
import { whereTerm } from './where-term.ts';

const store = await sharedRedis();
const namespace = store.namespace();
const client = new Client({ redis: store.url, namespace });
const monitor = new Monitor({ redis: store.url, namespace });
let jobs: SomeJobs;
beforeAll(async () => {
  jobs = await someJobs(client, store.url, namespace);
});
afterAll(async () => {
  await client.close();
  await monitor.close();
});

async function find(question: Partial<Question>) {
  const ids: string[] = [];
  let end: { readonly total: number | undefined; readonly next: string | undefined } | undefined;
  for await (const part of findJobs(monitor, {
    filters: {},
    limit: undefined,
    cursor: undefined,
    ...question,
  })) {
    ids.push(...part.jobs.map(({ id }) => id));
    end = part;
  }
  return { ids, total: end?.total, next: end?.next };
}

test('each filter narrows what is found, and all of them must hold', async () => {
  const { failed, mails, draft, report } = jobs;
  const [first = '', , third = '', , last = ''] = mails;
  const expected: readonly (readonly [FilterFlags, readonly string[]])[] = [
    [{}, [failed, ...mails, draft, report]],
    [{ queue: 'mail' }, [...mails, draft]],
    [{ queue: 'mail', state: 'scheduled' }, [draft]],
    [{ queue: 'mail', state: 'enqueued' }, mails],
    [{ name: 'mail.*' }, [...mails, draft]],
    [{ name: 'mail.draft' }, [draft]],
    [{ tag: 'vip' }, [last]],
    [{ tag: 'vip', state: 'failed' }, []],
    [{ error: 'no ROUTE' }, [failed]],
    [{ where: [whereTerm('input.user.id>=4')] }, mails.slice(3)],
    [{ where: [whereTerm('input.user.id!=2'), whereTerm('input.user.id<4')] }, [first, third]],
    [{ since: 3_600_000, state: 'failed' }, [failed]],
    [{ name: 'report.build', where: [whereTerm('input.user.id=1')] }, []],
  ];
  for (const [filters, ids] of expected) {
    const { ids: found } = await find({ filters });
    expect([filters, found.toSorted()]).toEqual([filters, ids.toSorted()]);
    // By pages where they have some, in parts of three.
    const parts: string[] = [];
    let cursor: string | undefined;
    do {
      const part = await find({ filters, limit: 3, cursor });
      parts.push(...part.ids);
      cursor = part.next;
    } while (cursor !== undefined);
    expect([filters, parts.toSorted()]).toEqual([filters, ids.toSorted()]);
  }
});

test('pages know how many there are, and that nothing is left', async () => {
  expect(await find({ limit: 8 })).toMatchObject({ total: 8, next: undefined });
  expect(await find({ filters: { state: 'enqueued' }, limit: 5 })).toMatchObject({
    total: 6,
    next: expect.any(String),
  });
  expect(await find({ filters: { tag: 'vip' }, limit: 1 })).toMatchObject({ total: 1, next: undefined });
  expect(await find({ filters: { queue: 'mail' }, limit: 6 })).toMatchObject({ total: undefined });
});

test('a cursor is of the filters it came from', async () => {
  const { next } = await find({ limit: 2 });
  await expect(find({ filters: { state: 'enqueued' }, limit: 2, cursor: next })).rejects.toThrow(
    'same filters',
  );
  await expect(find({ limit: 2, cursor: 'nonsense' })).rejects.toThrow('same filters');
});
