import type { AlertDelivery, AlertEvent } from '@linstock/core';
import { afterEach, describe, expect, test } from 'vitest';
import { Hook, Mailbox } from '../testing/sinks.ts';
import { channelsOf, Courier } from './courier.ts';
import type { AlertingOptions } from './options.ts';
import { signatureOf } from './webhook.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const kept = <T extends { close(): Promise<void> }>(one: T): T => {
  opened.push(one);
  return one;
};

const EVENT: AlertEvent = {
  id: '1764342000000-7',
  what: 'fired',
  at: 1_764_342_000_000,
  alert: 'a1',
  rule: { name: 'Many failures', kind: 'failures', count: 10, withinMs: 300_000, forMs: 0, enabled: true },
  since: 1_764_341_880_000,
  value: 14,
  about: '',
  by: undefined,
  why: '',
  deliveries: [],
};

function courierTo(alerting: AlertingOptions) {
  const reports: [event: string, delivery: AlertDelivery, isLast: boolean][] = [];
  const lookout = {
    report: async (...report: (typeof reports)[number]) => {
      reports.push(report);
    },
  };
  const sender = { installation: 'shop', url: alerting.url };
  const courier = new Courier({ channels: channelsOf(alerting), lookout, sender, pausesMs: [1, 1] });
  return { courier, reports };
}

const SECRET = 'a secret of some length';

describe('a webhook', () => {
  test('is posted what fires, since when, against which limit, and where to look; signed', async () => {
    const hook = kept(await Hook.open());
    const { courier, reports } = courierTo({
      webhooks: [{ name: 'ops', url: hook.url, headers: { Authorization: 'Bearer x' }, secret: SECRET }],
      url: 'https://jobs.example.com/jobs',
    });
    await courier.tell(EVENT);
    expect(hook.messages).toEqual([
      {
        id: '1764342000000-7',
        state: 'firing',
        installation: 'shop',
        rule: { id: 'a1', name: 'Many failures', kind: 'failures' },
        value: 14,
        threshold: 10,
        about: '',
        since: '2025-11-28T14:58:00.000Z',
        at: '2025-11-28T15:00:00.000Z',
        title: '[shop] Firing: Many failures',
        text: [
          'Jobs that failed for good within 5 min: 14; the limit is 10.',
          'Since 2025-11-28 14:58:00 UTC.',
          'Installation: shop.',
          'Look here: https://jobs.example.com/jobs/#/errors',
        ].join('\n'),
        url: 'https://jobs.example.com/jobs/#/errors',
      },
    ]);
    const [{ headers, body } = { headers: {}, body: '' }] = hook.posted;
    expect(headers).toMatchObject({
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'x-linstock-event': EVENT.id,
      'x-linstock-signature': signatureOf(body, SECRET),
    });
    expect(reports).toMatchObject([[EVENT.id, { channel: 'ops', ok: true, tries: 1 }, true]]);
  });

  test('that fails at first is told again', async () => {
    const hook = kept(await Hook.open(500, 429, 200));
    const { courier } = courierTo({ webhooks: [{ name: 'ops', url: hook.url }] });
    expect(await courier.tell(EVENT)).toMatchObject([{ channel: 'ops', ok: true, tries: 3 }]);
    expect(new Set(hook.messages.map(({ id }) => id)).size).toBe(1);
  });

  test('that goes on failing is told three times', async () => {
    const hook = kept(await Hook.open(503));
    const { courier, reports } = courierTo({ webhooks: [{ name: 'ops', url: hook.url }] });
    const failed = { channel: 'ops', ok: false, tries: 3, error: 'answered 503' };
    expect(await courier.tell(EVENT)).toMatchObject([failed]);
    expect(reports).toMatchObject([[EVENT.id, failed, true]]);
  });

  test.each([[400], [401], [404]])('that answers %i is told once', async (status) => {
    const hook = kept(await Hook.open(status));
    const { courier } = courierTo({ webhooks: [{ name: 'ops', url: hook.url }] });
    expect(await courier.tell(EVENT)).toMatchObject([{ ok: false, tries: 1, error: `answered ${status}` }]);
  });

  test('S46 that redirects is not followed', async () => {
    const hook = kept(await Hook.open(302));
    const { courier } = courierTo({ webhooks: [{ name: 'ops', url: hook.url }] });
    expect(await courier.tell(EVENT)).toMatchObject([
      { ok: false, tries: 1, error: 'answered 302: redirects are not followed' },
    ]);
    expect(hook.posted).toHaveLength(1);
  });

  test('that nobody serves, or that answers with a secret, tells nothing but a code', async () => {
    const [gone, bad] = [await Hook.open(), kept(await Hook.open(500))];
    const { url } = gone;
    await gone.close();
    const { courier } = courierTo({
      webhooks: [
        { name: 'ops', url },
        { name: 'x', url: bad.url },
      ],
    });
    const told = await courier.tell(EVENT);
    const errors = [{ error: 'ECONNREFUSED' }, { error: 'answered 500' }];
    expect(told).toMatchObject(errors);
    expect(JSON.stringify(told)).not.toMatch(/secret|nobody|127\.0\.0\.1/);
  });

  test('that hangs is given up when the dashboard closes, and nothing is written down of it', async () => {
    const hook = kept(await Hook.open('never'));
    const { courier, reports } = courierTo({ webhooks: [{ name: 'ops', url: hook.url }] });
    const telling = courier.tell(EVENT);
    await expect.poll(() => hook.posted.length, { timeout: 30_000 }).toBe(1);
    await courier.stop();
    expect(await telling).toMatchObject([{ ok: false }]);
    expect(reports).toEqual([]);
  });

  test('that was told is not told again when others were not', async () => {
    const [one, other] = [kept(await Hook.open()), kept(await Hook.open())];
    const { courier, reports } = courierTo({
      webhooks: [
        { name: 'one', url: one.url },
        { name: 'other', url: other.url },
      ],
    });
    const told = { channel: 'one', ok: true, at: 1, tries: 1 };
    await courier.tell({ ...EVENT, deliveries: [told] });
    expect([one.posted.length, other.posted.length]).toEqual([0, 1]);
    expect(reports).toMatchObject([[EVENT.id, { channel: 'other' }, true]]);
  });
});

describe('mail', () => {
  const people = { from: 'linstock@example.com', to: ['ada@example.com', 'bob@example.com'] };

  test('says the same', async () => {
    const box = kept(await Mailbox.open());
    const { courier } = courierTo({ mail: { smtp: box.url, ...people } });
    expect(await courier.tell(EVENT)).toMatchObject([{ channel: 'mail', ok: true, tries: 1 }]);
    const [letter = ''] = box.letters;
    expect(letter).toContain('Subject: [shop] Firing: Many failures');
    expect(letter).toContain('To: ada@example.com, bob@example.com');
    expect(letter).toContain('Message-ID: <1764342000000-7.shop@linstock.invalid>');
    expect(letter).toContain('Auto-Submitted: auto-generated');
    expect(letter).toContain('within 5 min: 14; the limit is 10.');
  });

  test('takes options of a transport instead of an address', async () => {
    const box = kept(await Mailbox.open());
    const { port } = new URL(box.url);
    const { courier } = courierTo({ mail: { smtp: { host: '127.0.0.1', port: Number(port) }, ...people } });
    expect(await courier.tell(EVENT)).toMatchObject([{ ok: true }]);
  });

  test('whose name is hostile adds no line to the header', async () => {
    const box = kept(await Mailbox.open());
    const { courier } = courierTo({ mail: { smtp: box.url, ...people } });
    const name = 'x\r\nBcc: eve@evil.example\r\n\r\n<script>';
    await courier.tell({ ...EVENT, rule: { name, kind: 'backlog', count: 1, forMs: 0, enabled: true } });
    expect(box.letters.join()).not.toMatch(/^Bcc:/m);
  });

  test('that is refused for good is sent once; the words of the server are shown to nobody', async () => {
    const box = kept(await Mailbox.open('550 user hunter2 may not send'));
    const { courier } = courierTo({ mail: { smtp: box.url, ...people } });
    expect(await courier.tell(EVENT)).toMatchObject([{ ok: false, tries: 1, error: 'EENVELOPE (SMTP 550)' }]);
  });
});
