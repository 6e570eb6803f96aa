import type { AlertChanges, AlertKind, AlertOptions } from '@linstock/core';
import { LinstockError } from '@linstock/core';
import { HELD_MS } from '../alerts/engine.ts';
import { pageOf } from '../alerts/message.ts';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, fieldIn, numberIn, param } from './call.ts';
import { choice, flag, REASON, required, text, whole } from './fields.ts';

async function list(_: Call, { monitor, courier }: Parts): Promise<unknown> {
  const alerts = await monitor.alerts();
  return {
    alerts: alerts.map((alert) => ({ ...alert, page: pageOf(alert, alert.about) })),
    channels: courier.names,
  };
}

async function events({ query }: Call, { monitor }: Parts): Promise<unknown> {
  const most = numberIn(query, 'limit', { least: 1, most: 500, otherwise: 50 });
  return { events: await monitor.alertEvents({ most }) };
}

const NARROWING = ['queue', 'jobName'] as const;
const FIELDS = ['kind', 'name', ...NARROWING, 'count', 'within', 'age', 'for', 'enabled'] as const;

/** What a form says of an alert; what it leaves empty is not said. Its rules are checked where they are used. */
function alertIn({ body }: Call): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = fieldIn(body, name);
      return value === undefined || value === null || value === '' ? [] : [[name, value]];
    }),
  );
}

const create = async (call: Call, { client }: Parts): Promise<unknown> => ({
  id: await client.alerts.create(alertIn(call) as unknown as AlertOptions, actorOf(call)),
});

async function change(call: Call, { client }: Parts): Promise<unknown> {
  const emptied = NARROWING.filter((name) => fieldIn(call.body, name) === '');
  const all = Object.fromEntries(emptied.map((name) => [name, undefined]));
  const changes: AlertChanges = { ...all, ...alertIn(call), ...actorOf(call) };
  return { changed: await client.alerts.change(param(call, 'id'), changes) };
}

async function silence(call: Call, { client }: Parts): Promise<unknown> {
  const duration = (fieldIn(call.body, 'for') ?? '1h') as string;
  await client.alerts.silence(param(call, 'id'), { for: duration, ...actorOf(call) });
  return { ok: true };
}

const unsilence = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.alerts.unsilence(param(call, 'id'), actorOf(call)),
});

const remove = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.alerts.remove(param(call, 'id'), actorOf(call)),
});

/** Tells all channels something, and what became of that. */
async function test(call: Call, { client, courier }: Parts): Promise<unknown> {
  if (courier.names.length === 0)
    throw new LinstockError(
      'NO_CHANNELS',
      'nobody would be told: name webhooks or mail in the option "alerts" of the dashboard',
    );
  const { by, reason = '' } = actorOf(call);
  const event = await client.alerts.lookout.test({ who: by, why: reason }, HELD_MS);
  return { deliveries: await courier.tell(event) };
}

const ALERT_KINDS = [
  'failures',
  'oldest',
  'no-worker',
  'backlog',
  'missed',
] as const satisfies readonly AlertKind[];
const ALERT = {
  ...REASON,
  name: text('What people call it.'),
  queue: text('Of one queue; empty: of all.'),
  jobName: text('Failures of jobs with this name, or whose names begin so: mail*; empty: of all.'),
  count: whole('More than so many.'),
  within: text('In so much time, such as 5m.'),
  age: text('Older, or longer, than this.'),
  for: text('It must be so for this long.'),
  enabled: flag('Whether it is looked at.'),
};

export const ALERT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/alerts',
    permission: 'read',
    summary: 'All alerts with their states, and the names of the channels that are told.',
    answer: '{ alerts, channels }',
    handle: list,
  },
  {
    method: 'GET',
    path: '/api/alerts/events',
    permission: 'read',
    summary: 'What became of alerts, the newest first: ?limit=50.',
    answer: '{ events }',
    query: { limit: whole('At most so many; default 50, most 500.') },
    handle: events,
  },
  {
    method: 'POST',
    path: '/api/alerts',
    permission: 'steer',
    summary: 'Makes one: {"kind": "failures", "count": 10, "within": "5m"}.',
    answer: '{ id }',
    body: { ...ALERT, kind: required(choice(ALERT_KINDS, 'What it looks at.')) },
    handle: create,
  },
  {
    method: 'POST',
    path: '/api/alerts/test',
    permission: 'steer',
    summary: 'Tells all channels something, and what became of that.',
    answer: '{ deliveries }',
    body: REASON,
    handle: test,
  },
  {
    method: 'POST',
    path: '/api/alerts/:id/change',
    permission: 'steer',
    summary: 'Changes the parts that are named.',
    answer: '{ changed }',
    body: { ...ALERT, kind: choice(ALERT_KINDS, 'It stays what it is.') },
    handle: change,
  },
  {
    method: 'POST',
    path: '/api/alerts/:id/silence',
    permission: 'steer',
    summary: 'Tells nobody for a while: {"for": "8h", "reason": "…"}.',
    answer: '{ ok }',
    body: { ...REASON, for: text('How long; default 1h.') },
    handle: silence,
  },
  {
    method: 'POST',
    path: '/api/alerts/:id/unsilence',
    permission: 'steer',
    summary: 'Ends its silence.',
    answer: '{ changed }',
    body: REASON,
    handle: unsilence,
  },
  {
    method: 'POST',
    path: '/api/alerts/:id/remove',
    permission: 'remove',
    summary: 'Removes it.',
    answer: '{ changed }',
    body: REASON,
    handle: remove,
  },
];
