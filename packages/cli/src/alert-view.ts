import type { AlertEvent, AlertView } from '@linstock/core';
import { formatDuration, formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import type { Column, Paint } from './table.ts';

/** An alert as programs see it: every field is always there. Instants and times are ms. */
export type AlertJson = ReturnType<typeof alertJson>;

type Condition = 'firing' | 'quiet' | 'silent' | 'off' | 'unseen';

const PAINTS: Readonly<Record<Condition, Paint>> = {
  firing: 'bad',
  quiet: 'good',
  silent: 'busy',
  off: 'faint',
  unseen: 'faint',
};

/** An alert for JSON. */
export function alertJson({
  queue,
  jobName,
  count,
  withinMs,
  ageMs,
  since,
  value,
  lookedAt,
  silencedUntil,
  ...alert
}: AlertView) {
  return {
    ...alert,
    queue: queue ?? null,
    jobName: jobName ?? null,
    count: count ?? null,
    withinMs: withinMs ?? null,
    ageMs: ageMs ?? null,
    since: since ?? null,
    value: value ?? null,
    lookedAt: lookedAt ?? null,
    silencedUntil: silencedUntil ?? null,
  };
}

/** Columns of lists of alerts. */
export const ALERT_COLUMNS: readonly Column<AlertJson>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name, most: 40 },
  { title: 'STATE', value: conditionOf, paint: (alert) => PAINTS[conditionOf(alert)] },
  { title: 'FIRES WHEN', value: ruleText, most: 60 },
  { title: 'FOUND', value: foundText, most: 40 },
  { title: 'SINCE', value: ({ since }) => formatInstant(since ?? 0) },
  { title: 'SILENT UNTIL', value: ({ silencedUntil }) => formatInstant(silencedUntil ?? 0), isWide: true },
  { title: 'LOOKED', value: ({ lookedAt }) => formatInstant(lookedAt ?? 0), isWide: true },
  { title: 'CHANGED BY', value: ({ changedBy }) => changedBy, isWide: true },
];

function conditionOf({ enabled, isFiring, silencedUntil, lookedAt }: AlertJson): Condition {
  if (!enabled) return 'off';
  if (silencedUntil !== null) return 'silent';
  if (isFiring) return 'firing';
  return lookedAt === null ? 'unseen' : 'quiet';
}

function ruleText({ kind, queue, jobName, count, withinMs, ageMs, forMs }: AlertJson): string {
  const where = queue === null ? '' : ` in ${queue}`;
  const jobs = jobName === null ? 'jobs' : `jobs named ${jobName}`;
  const age = formatDuration(ageMs ?? 0);
  const rules: Readonly<Record<AlertJson['kind'], string>> = {
    failures: `more than ${count ?? 0} ${jobs} failed${where} within ${formatDuration(withinMs ?? 0)}`,
    oldest: `a job waits for longer than ${age}${where}`,
    'no-worker': `no worker takes what waits${where}`,
    backlog: `more than ${count ?? 0} jobs wait${where}`,
    missed: `a tick is later than ${age}`,
  };
  return forMs === 0 ? rules[kind] : `${rules[kind]}, for ${formatDuration(forMs)}`;
}

function foundText({ kind, value, about }: AlertJson): string {
  if (value === null) return '-';
  const isTime = kind === 'oldest' || kind === 'missed';
  const amount = isTime ? formatDuration(value) : String(value);
  return about === '' ? amount : `${amount} (${about})`;
}

/** All of one alert, with what became of it, the newest first. */
export function alertSheet(alert: AlertJson, events: readonly AlertEvent[]): Sheet {
  const condition = conditionOf(alert);
  const { id, name, isFiring, since, silencedUntil, lookedAt, changedAt, changedBy } = alert;
  return {
    json: { ...alert, events: events.map(eventJson) },
    id,
    fields: [
      ['Id', id],
      ['Name', name],
      ['State', condition, PAINTS[condition]],
      ['Fires when', ruleText(alert)],
      ['Found', foundText(alert)],
      ['Fires since', isFiring ? formatExact(since ?? 0) : '-'],
      ['Silent until', formatExact(silencedUntil ?? 0)],
      ['Looked at', lookedAt === null ? 'never: no dashboard looks' : formatExact(lookedAt)],
      ['Changed', `${formatExact(changedAt)} by ${changedBy}`],
      ['Events', events.length === 0 ? 'none' : events.map(eventText)],
    ],
  };
}

function eventJson({ rule, since, value, by, ...event }: AlertEvent) {
  return { ...event, rule: rule ?? null, since: since ?? null, value: value ?? null, by: by ?? null };
}

function eventText({ at, what, by, why, deliveries }: AlertEvent): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const told = deliveries.map(({ channel, ok }) => `${channel} ${ok ? 'told' : 'not told'}`);
  const rest = [why, ...told].filter((text) => text !== '').join(', ');
  return `${formatExact(at)} ${what}${who}${rest === '' ? '' : `: ${rest}`}`;
}
