import type { StoredAlert } from '../store/alert-records.ts';
import type { Finding } from '../store/alert-store.ts';
import { EVE, START_MS } from './cast.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';
import type { Scene } from './scene.ts';
import type { TestShard } from './test-shard.ts';

/** The rows of the scripts of alerts in all tables of scripts. */

const RULE = { name: 'Many', kind: 'backlog', count: 5, forMs: 0, enabled: true } as const;
const HELD_MS = 60_000;
const OVER: Finding = { id: 'x', version: 1, isOver: true, value: 7, about: 'mail' };
const DELIVERY = { channel: 'ops', result: '{"ok":true}', isLast: true } as const;

const eventKey = (n: number): string => `alarm:${START_MS}-${n}`;

/** Looks once, whenever it was done last. */
async function look(shard: TestShard, finding = OVER): Promise<unknown> {
  const { turn } = await shard.alerts.survey(0, HELD_MS);
  return shard.alerts.judge(turn, HELD_MS, [finding]);
}

async function define(shard: TestShard, rule: StoredAlert = RULE): Promise<void> {
  await shard.alerts.arrange({ id: 'x', verb: 'define', rule }, EVE);
}

/** An alert that fires; its event has the number 2. */
async function fire(shard: TestShard): Promise<void> {
  await define(shard);
  await look(shard);
  await look(shard);
}

const keys = (...events: readonly number[]): Scene['keys'] => ({
  alerts: ['alerts'],
  alert: ['alert:x'],
  alarms: ['alarms'],
  alarm: events.map(eventKey),
  undelivered: ['undelivered'],
  lookout: ['lookout'],
  audit: ['audit'],
});

export const ALERT_SCENES = {
  // It fires, and is switched off.
  arrange: {
    given: async (shard) => {
      await fire(shard);
      const rule = { ...RULE, enabled: false };
      return () => shard.alerts.arrange({ id: 'x', verb: 'change', rule, version: 1 }, EVE);
    },
    keys: keys(3, 4),
  },
  // Nobody has told an event that is a minute old.
  survey: {
    given: async (shard) => {
      await fire(shard);
      shard.clock.advance(HELD_MS);
      return () => shard.alerts.survey(10_000, HELD_MS);
    },
    keys: keys(2),
  },
  // It was over its limit before, and so it fires.
  judge: {
    given: async (shard) => {
      await define(shard);
      await look(shard);
      await shard.alerts.survey(0, HELD_MS);
      return () => shard.alerts.judge(2, HELD_MS, [OVER]);
    },
    keys: keys(2),
  },
  report: {
    given: async (shard) => {
      await fire(shard);
      return () => shard.alerts.report(`${START_MS}-2`, DELIVERY);
    },
    keys: keys(2),
  },
} satisfies Record<string, Scene>;

const text = (rule: object): string => JSON.stringify(rule);

/** What an event is that tells of the alert as it was defined. */
const event = (n: number, fields: Readonly<Record<string, string>>): Record<string, string | number> => ({
  [`alarms t+0-${n}`]: n,
  ...Object.fromEntries(
    Object.entries({ alert: 'x', at: 't+0', rule: text(RULE), ...fields }).map(([field, value]) => [
      `alarm:t+0-${n} ${field}`,
      value,
    ]),
  ),
});
const gone = (...fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [`alert:x ${field}`, GONE]));

const FIRES = {
  ...event(2, { what: 'fired', since: 't+0', value: '7', about: 'mail' }),
  'undelivered t+0-2': 't+60000',
  'alert:x state': 'firing',
  'alert:x told': '1',
  'alert:x since': 't+0',
  'alert:x turned': GONE,
};

export const ALERT_EFFECTS = {
  arrange: {
    reply: { event: 't+0-4' },
    changes: {
      'alert:x version': '2',
      'alert:x on': '',
      'alert:x rule': text({ ...RULE, enabled: false }),
      ...gone('about', 'looked', 'since', 'state', 'told', 'value'),
      ...event(3, { what: 'resolved', since: 't+0', by: 'eve' }),
      'undelivered t+0-3': 0,
      ...event(4, {
        what: 'change',
        by: 'eve',
        reason: '{"by":"eve","why":"a test"}',
        rule: text({ ...RULE, enabled: false }),
      }),
      'audit 1': 'actor eve action change alert target x reason {"by":"eve","why":"a test"}',
    },
  },
  survey: {
    reply: { turn: 3, events: ['t+0-2'] },
    changes: { 'lookout turn': '3', 'lookout at': 't+60000', 'undelivered t+0-2': 't+120000' },
  },
  judge: { reply: ['t+0-2'], changes: { 'lookout judged': '2', ...FIRES } },
  report: {
    reply: 'OK',
    changes: { 'alarm:t+0-2 to:ops': '{"ok":true}', 'undelivered t+0-2': GONE },
  },
} satisfies Record<string, Effect>;

/** What comes of each that is called a second time, at once and later. */
export const ALERT_AGAIN = {
  arrange: { reply: 'SAME', changes: {} },
  survey: { reply: { turn: 0, events: [] }, changes: {} },
  judge: { reply: 'STALE', changes: {} },
  report: { reply: 'OK', changes: {} },
} satisfies Record<string, Effect>;
export const ALERT_LATER = {
  survey: {
    reply: { turn: 4, events: [] },
    changes: { 'lookout turn': '4', 'lookout at': 't+70000' },
  },
} satisfies Record<string, Effect>;

/** Paths of an effect that belong to events. */
const pathsOf = ({ changes }: Effect, ...events: readonly string[]): string =>
  Object.keys(changes)
    .filter((path) => events.some((one) => path.includes(one)))
    .join('; ');
const unfired = { reply: [], undone: Object.keys(FIRES).join('; ') };

export const ALERT_MISSING = {
  arrange: {
    same: ['undelivered', 'alarm:t+0-3', 'alarm:t+0-4'],
    otherwise: {
      'alert:x': { reply: 'GONE', undone: 'all' },
      alerts: { instead: { 'alerts x': 't+0' } },
      audit: {
        undone: 'audit 1',
        instead: { 'audit 0': ALERT_EFFECTS.arrange.changes['audit 1'] },
      },
      // Events are numbered anew, which differs only because the clock stands still: their ids begin with the time.
      alarms: {
        reply: { event: 't+0-2' },
        undone: pathsOf(ALERT_EFFECTS.arrange, 't+0-3', 't+0-4'),
        instead: {
          'alarms t+0-1': 1,
          'alarms t+0-2': 2,
          'alarm:t+0-1 since': 't+0',
          'alarm:t+0-1 what': 'resolved',
          'alarm:t+0-2 by': 'eve',
          'alarm:t+0-2 what': 'change',
          'alarm:t+0-2 rule': text({ ...RULE, enabled: false }),
          'alarm:t+0-2 reason': '{"by":"eve","why":"a test"}',
          'undelivered t+0-1': 0,
        },
      },
    },
  },
  survey: {
    otherwise: {
      alerts: { reply: { turn: 0, events: ['t+0-2'] }, undone: 'lookout turn; lookout at' },
      undelivered: { reply: { turn: 3, events: [] }, undone: 'undelivered t+0-2' },
      lookout: { reply: { turn: 1, events: ['t+0-2'] }, instead: { 'lookout turn': '1' } },
      'alarm:t+0-2': { reply: { turn: 3, events: [] }, instead: { 'undelivered t+0-2': GONE } },
    },
  },
  judge: {
    same: ['undelivered', 'alarm:t+0-2'],
    otherwise: {
      lookout: { reply: 'STALE', undone: 'all' },
      alarms: {
        reply: ['t+0-1'],
        undone: pathsOf(ALERT_EFFECTS.judge, 't+0-2'),
        instead: {
          'alarms t+0-1': 1,
          'undelivered t+0-1': 't+60000',
          'alarm:t+0-1 since': 't+0',
          'alarm:t+0-1 value': '7',
          'alarm:t+0-1 what': 'fired',
          'alarm:t+0-1 about': 'mail',
        },
      },
      'alert:x': unfired,
    },
  },
  report: {
    otherwise: {
      'alarm:t+0-2': { reply: 'GONE', undone: 'alarm:t+0-2 to:ops' },
      undelivered: { undone: 'undelivered t+0-2' },
    },
  },
} satisfies Record<string, Deviations>;

export const ALERT_DAMAGED = {
  arrange: {
    refused: ['alert:x', 'alerts', 'alarms', 'undelivered'],
    skipped: ['audit', 'alarm:t+0-3', 'alarm:t+0-4'],
  },
  survey: {
    refused: ['alerts', 'undelivered', 'lookout'],
    otherwise: {
      'alarm:t+0-2': { reply: { turn: 3, events: [] }, instead: { 'undelivered t+0-2': GONE } },
    },
  },
  judge: {
    refused: ['lookout', 'alarms', 'undelivered'],
    skipped: ['alarm:t+0-2'],
    otherwise: { 'alert:x': unfired },
  },
  report: { refused: ['alarm:t+0-2', 'undelivered'] },
} satisfies Record<string, Deviations>;
