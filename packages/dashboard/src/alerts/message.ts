import type { AlertEvent } from '@linstock/core';

/** What a channel is told. Instants are ISO 8601; times in `value` and `threshold` are ms. */
export interface AlertMessage {
  /** The same when it is told again. */
  readonly id: string;
  readonly state: 'firing' | 'resolved' | 'test';
  readonly installation: string;
  readonly rule: {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly queue?: string;
    readonly jobName?: string;
  };
  readonly value: number | null;
  readonly threshold: number | null;
  /** A queue, a job's name, or a recurring job; empty: everything. */
  readonly about: string;
  readonly since: string | null;
  readonly at: string;
  readonly title: string;
  readonly text: string;
  /** Where to look. */
  readonly url?: string;
}

/** What messages say of where they come from. */
export interface Sender {
  readonly installation: string;
  /** Where people reach the dashboard. */
  readonly url?: string | undefined;
}

type Rule = NonNullable<AlertEvent['rule']>;

const STATES = { fired: 'firing', resolved: 'resolved', test: 'test' } as const;
const WORDS = { firing: 'Firing', resolved: 'Resolved', test: 'Test' } as const;

/** What is told of an event. Pure. */
export function messageOf(event: AlertEvent, { installation, url }: Sender): AlertMessage {
  const { id, what, at, alert, rule, value, since, about } = event;
  const state = STATES[what as keyof typeof STATES] ?? 'test';
  const { name = alert, kind = '', queue, jobName } = rule ?? {};
  const page = state === 'test' || rule === undefined ? 'alerts' : pageOf(rule, about);
  const link = url === undefined ? undefined : new URL(`#/${page}`, withSlash(url)).href;
  const lines = [
    state === 'test' ? 'This is a test: it says that messages arrive.' : sentenceOf(event),
    ...(since === undefined ? [] : [`Since ${instant(since)}${endOf(event)}.`]),
    `Installation: ${installation}.`,
    ...(link === undefined ? [] : [`Look here: ${link}`]),
  ];
  return {
    id,
    state,
    installation,
    rule: {
      id: alert,
      name,
      kind,
      ...(queue !== undefined && { queue }),
      ...(jobName !== undefined && { jobName }),
    },
    value: value ?? null,
    threshold: rule?.ageMs ?? rule?.count ?? null,
    about,
    since: since === undefined ? null : new Date(since).toISOString(),
    at: new Date(at).toISOString(),
    title: state === 'test' ? `[${installation}] Test` : `[${installation}] ${WORDS[state]}: ${name}`,
    text: lines.join('\n'),
    ...(link !== undefined && { url: link }),
  };
}

/** Until when, and who ended it. */
function endOf({ what, at, by }: AlertEvent): string {
  if (what !== 'resolved') return '';
  return ` until ${instant(at)}${by === undefined ? '' : `, when ${by} removed the alert or switched it off`}`;
}

function sentenceOf({ what, rule, value, about }: AlertEvent): string {
  if (rule === undefined || value === undefined) return 'Nobody looks any more.';
  const { count = 0, withinMs = 0, ageMs = 0 } = rule;
  const queue = about === '' ? 'all queues' : `queue ${about}`;
  switch (rule.kind) {
    case 'failures':
      return `Jobs ${narrowed(rule)}that failed for good within ${duration(withinMs)}: ${value}; the limit is ${count}.`;
    case 'backlog':
      return rule.queue === undefined && about !== ''
        ? `Jobs that wait: ${value}, most of them in ${queue}; the limit is ${count}.`
        : `Jobs that wait in ${queue}: ${value}; the limit is ${count}.`;
    case 'oldest':
      return `The oldest job that waits in ${queue} waits for ${duration(value)}; the limit is ${duration(ageMs)}.`;
    case 'no-worker':
      if (what === 'resolved') return 'Whatever waits has a live worker again.';
      return about === ''
        ? `No worker is alive; jobs that wait: ${value}.`
        : `Jobs of ${queue} that no live worker takes: ${value}.`;
    case 'missed':
      return what === 'resolved'
        ? 'Recurring jobs run in time again.'
        : `Recurring job ${about}: a run that was due ${duration(value)} ago was passed over, or is more than ${duration(ageMs)} late.`;
  }
}

/** Which jobs an alert of failures is about. */
function narrowed({ queue, jobName }: Rule): string {
  return [jobName && `named ${jobName} `, queue && `of queue ${queue} `].filter(Boolean).join('');
}

/** The page of the dashboard that shows more. */
export function pageOf({ kind, queue, jobName }: Rule, about: string): string {
  if (kind === 'failures') {
    const search = [queue && ` queue:${queue}`, jobName && ` name:${jobName}`].filter(Boolean).join('');
    return search === '' ? 'errors' : `search?q=${encodeURIComponent(`state:failed${search}`)}`;
  }
  if (kind === 'missed') return about === '' ? 'recurring' : `recurring/${encodeURIComponent(about)}`;
  if (about === '') return kind === 'no-worker' ? 'workers' : 'queues';
  return `jobs?state=enqueued&queue=${encodeURIComponent(about)}`;
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
const instant = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');

function duration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}
