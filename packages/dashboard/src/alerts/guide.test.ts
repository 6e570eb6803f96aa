import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, expect, test } from 'vitest';
import { Board } from '../testing/board.ts';
import { Hook, Mailbox } from '../testing/sinks.ts';
import type { AlertingOptions } from './options.ts';

const redis = await startRedis();
const [hook, box] = await Promise.all([Hook.open(), Mailbox.open()]);
afterAll(async () => {
  await Promise.all([hook.close(), box.close()]);
  await redis.stop();
});

/** The example of docs/dashboard.md, with addresses that exist. */
async function example(): Promise<AlertingOptions> {
  const page = await readFile(new URL('../../../../docs/dashboard.md', import.meta.url), 'utf8');
  const [, json = ''] = /^## Alerts$.*?^```json\n(.*?)^```$/ms.exec(page) ?? [];
  const alerts = JSON.parse(json) as Required<AlertingOptions>;
  const webhooks = alerts.webhooks.map((webhook) => ({
    ...webhook,
    url: hook.url,
    headers: { ...webhook.headers, Authorization: 'Bearer x' },
  }));
  return { ...alerts, webhooks, mail: { ...alerts.mail, smtp: box.url } };
}

test('the example of docs/dashboard.md tells by webhook and by mail, and is signed as it says', async () => {
  const alerts = await example();
  const board = new Board(redis.url, { alerts });
  const answer = await board.ask('POST', '/api/alerts/test', { role: 'operator' });
  expect(await answer.json()).toMatchObject({
    deliveries: [
      { channel: 'ops', ok: true },
      { channel: 'mail', ok: true },
    ],
  });
  const [{ headers, body } = { headers: {}, body: '' }] = hook.posted;
  const secret = alerts.webhooks?.[0]?.secret ?? '';
  expect(headers['x-linstock-signature']).toBe(
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  );
  expect(box.letters).toHaveLength(1);
  expect(box.letters[0]).toContain('https://jobs.example.com/#/alerts');
  await board.close();
});
