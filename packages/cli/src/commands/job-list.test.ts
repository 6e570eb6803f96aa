import { Client } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SomeJobs } from '../testing/some-jobs.ts';
import { someJobs } from '../testing/some-jobs.ts';
import { cliFor, jsonOf, linesOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
const namespace = store.namespace();
const run = cliFor(store.url, namespace);
const client = new Client({ redis: store.url, namespace });
let jobs: SomeJobs;
beforeAll(async () => {
  jobs = await someJobs(client, store.url, namespace);
});
afterAll(() => client.close());

const FIELDS =
  'attempt batch createdAt damaged dueAt error history id input name options parents priority queue recoveries result startedAt state worker'.split(
    ' ',
  );

test('filters are read from the command line, and what they find comes as lines', async () => {
  const filters = ['--queue', 'mail', '--where', 'input.user.id>1', '--where', 'input.user.id!=3'];
  const ran = await run(['job', 'list', ...filters, '--name', 'mail.*', '--since', '1h', '-o', 'id']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const { mails } = jobs;
  expect(linesOf(ran.stdout).toSorted()).toEqual([mails[1], mails[3], mails[4]].toSorted());
});

test('JSON has the jobs, how many there are, and where the next ones begin', async () => {
  const page = jsonOf<{ jobs: { id: string }[]; next: string }>(
    await run(['job', 'list', '--limit', '7', '--json']),
  );
  expect(page).toMatchObject({ total: 8, next: expect.any(String) });
  expect(Object.keys(page.jobs[0] ?? {}).toSorted()).toEqual(FIELDS);
  const [last, none] = await Promise.all([
    run(['job', 'list', '--cursor', page.next, '--json']),
    run(['job', 'list', '--state', 'failed', '--name', 'none', '--json']),
  ]);
  expect(jsonOf(last)).toMatchObject({ jobs: [{ id: jobs.failed }], total: 8, next: null });
  expect(jsonOf(none)).toEqual({ jobs: [], total: null, next: null });
});

test('a person is told how a list goes on', async () => {
  const [paged, searched] = await Promise.all([
    run(['job', 'list', '--state', 'enqueued', '--limit', '2']),
    run(['job', 'list', '--queue', 'mail', '--limit', '1', '-o', 'id']),
  ]);
  expect(paged.stderr).toMatch(/^2 of 6; more: --cursor \S+\n$/);
  expect(searched.stderr).toMatch(/^1 found so far; more: --cursor \S+\n$/);
});
