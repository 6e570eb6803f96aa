import { describe, expect, test } from 'vitest';
import { createDashboard } from '../dashboard.ts';
import type { AlertingOptions } from './options.ts';

const HOOK = { name: 'ops', url: 'https://hooks.example.com/hunter2' };
const MAIL = { smtp: 'smtp://ada:hunter2@mail.example.com', from: 'a@example.com', to: ['b@example.com'] };

const WRONG: readonly (readonly [option: string, alerts: unknown])[] = [
  ['', 'https://hooks.example.com/hunter2'],
  ['.hooks', { hooks: 'hunter2' }],
  ['.webhooks', { webhooks: 'hunter2' }],
  ['.webhooks[0]', { webhooks: ['https://hooks.example.com/hunter2'] }],
  ['.webhooks[0].name', { webhooks: [{ url: HOOK.url }] }],
  ['.webhooks[0].name', { webhooks: [{ ...HOOK, name: 'a\nb' }] }],
  ['.webhooks[1].url', { webhooks: [HOOK, { name: 'b', url: 'file:///hunter2' }] }],
  ['.webhooks[0].url', { webhooks: [{ name: 'b', url: 'hunter2' }] }],
  ['.webhooks[0].url', { webhooks: [{ name: 'b', url: 'https://ada:hunter2@example.com' }] }],
  ['.webhooks[0].secret', { webhooks: [{ ...HOOK, secret: 'hunter2' }] }],
  ['.webhooks[0].headers', { webhooks: [{ ...HOOK, headers: { 'a b': 'hunter2' } }] }],
  ['.webhooks[0].token', { webhooks: [{ ...HOOK, token: 'hunter2' }] }],
  ['.webhooks', { webhooks: [HOOK, HOOK] }],
  ['.webhooks', { webhooks: [{ ...HOOK, name: 'mail' }] }],
  ['.webhooks', { webhooks: Array.from({ length: 11 }, (_, i) => ({ ...HOOK, name: `n${i}` })) }],
  ['.mail', { mail: MAIL.smtp }],
  ['.mail.smtp', { mail: { ...MAIL, smtp: 'http://hunter2' } }],
  ['.mail.smtp', { mail: { ...MAIL, smtp: undefined } }],
  ['.mail.from', { mail: { ...MAIL, from: 'nobody' } }],
  ['.mail.to', { mail: { ...MAIL, to: [] } }],
  ['.mail.to', { mail: { ...MAIL, to: ['b@example.com', 'x\r\nBcc: y@z'] } }],
  ['.mail.password', { mail: { ...MAIL, password: 'hunter2' } }],
  ['.url', { url: 'javascript:alert(1)' }],
];

describe('what is wrong is refused by its name, and no secret is shown', () => {
  test.each(WRONG)('alerts%s: %j', (option, alerts) => {
    const make = () =>
      createDashboard({
        redis: 'redis://127.0.0.1:1',
        signInLink: true,
        alerts: alerts as AlertingOptions,
      });
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option: `Dashboard.alerts${option}` },
    });
    expect(String(thrown) + JSON.stringify((thrown as { fields: unknown }).fields)).not.toContain('hunter2');
  });
});
