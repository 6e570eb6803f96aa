import { Client, Monitor } from '@linstock/core';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
let run: ReturnType<typeof cliFor>;
let client: Client;
let monitor: Monitor;
beforeEach(() => {
  const installation = { redis: store.url, namespace: store.namespace() };
  run = cliFor(store.url, installation.namespace);
  client = new Client(installation);
  monitor = new Monitor(installation);
});
afterEach(async () => {
  await monitor.close();
  await client.close();
});

/** Two looks, by which what holds is found to fire. */
async function look(): Promise<void> {
  for (let n = 0; n < 2; n++) {
    const { turn } = await client.alerts.lookout.survey(0, 0);
    await client.alerts.lookout.judge(turn, 0);
  }
}

test('alerts are listed, shown with their events, silenced, told again, and removed', async () => {
  const id = await client.alerts.create({ kind: 'no-worker', for: 0, name: 'Nobody works' });
  await client.alerts.create({ kind: 'backlog', count: 1000 });
  await look();
  const firing = await run(['alert', 'list', '--firing']);
  expect(firing.stdout).toContain(id);
  expect(firing.stdout).toMatch(/Nobody works +firing +no worker takes what waits +0/);
  expect(firing.stdout).not.toContain('backlog');
  expect(jsonOf(await run(['alert', 'get', '--json', '--', id]))).toMatchObject({
    id,
    name: 'Nobody works',
    isFiring: true,
    queue: null,
    silencedUntil: null,
    events: [{ what: 'fired' }, { what: 'define' }],
  });
  const silence = ['alert', 'silence', '-', '--for', '8h', '--reason', 'a release', '--json'];
  expect(jsonOf(await run(silence, { input: id }))).toEqual({ alerts: [{ id, changed: true }] });
  const { silencedUntil = 0 } = (await monitor.alerts()).find((one) => one.id === id) ?? {};
  expect(silencedUntil).toBeGreaterThan(Date.now() + 7 * 3_600_000);
  const shown = await run(['alert', 'get', '--', id]);
  expect(shown.stdout).toMatch(/State +silent\n/);
  expect(shown.stdout).toMatch(/ silence by .*: a release\n/);
  expect((await run(['alert', 'unsilence', '-'], { input: id })).stdout).toContain('told again');
  const removed = await run(['alert', 'remove', '-', '--json'], { input: `${id}\nnone\n` });
  expect(jsonOf(removed)).toEqual({
    alerts: [
      { id, changed: true },
      { id: 'none', changed: false },
    ],
  });
  expect((await monitor.alerts()).map(({ kind }) => kind)).toEqual(['backlog']);
});

test('an alert of failures says of which jobs', async () => {
  const id = await client.alerts.create({ kind: 'failures', count: 3, queue: 'mail', jobName: 'mail.*' });
  await client.alerts.create({ kind: 'failures', count: 5 });
  const { stdout } = await run(['alert', 'list']);
  expect(stdout).toContain('more than 3 jobs named mail.* failed in mail within 5m');
  expect(stdout).toContain('more than 5 jobs failed within 5m');
  expect(jsonOf(await run(['alert', 'get', id, '--json']))).toMatchObject({
    jobName: 'mail.*',
    queue: 'mail',
  });
});

test('an alert that is not there is not found', async () => {
  expect(await run(['alert', 'silence', 'none'])).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('ALERT_NOT_FOUND'),
  });
});
