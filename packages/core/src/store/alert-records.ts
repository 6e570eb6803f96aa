/** What an alert looks for. */
export const ALERT_KINDS = ['failures', 'oldest', 'no-worker', 'backlog', 'missed'] as const;
/** One of {@link ALERT_KINDS}. */
export type AlertKind = (typeof ALERT_KINDS)[number];

/** An alert as it is stored. */
export interface StoredAlert {
  readonly name: string;
  readonly kind: AlertKind;
  /** Left out: all queues. */
  readonly queue?: string;
  /** Left out: whatever its name; of `failures`. With a `*` at its end, what names begin with. */
  readonly jobName?: string;
  /** More than so many; of `failures` and `backlog`. */
  readonly count?: number;
  /** Within so long; of `failures`. */
  readonly withinMs?: number;
  /** Older, or overdue for longer, than this; of `oldest` and `missed`. */
  readonly ageMs?: number;
  /** It must hold for so long before it fires; at least for two looks. */
  readonly forMs: number;
  readonly enabled: boolean;
}

/** An alert as a person sees it. Instants are ms since 1970, by the clock of Redis. */
export interface AlertView extends StoredAlert {
  readonly id: string;
  /** Rises with each change. */
  readonly version: number;
  readonly isFiring: boolean;
  /** Since when it fires. */
  readonly since: number | undefined;
  /** What was found last: a number of jobs, or ms; undefined: nobody has looked. */
  readonly value: number | undefined;
  /** What that is about most: a queue, a job's name, a recurring job; empty: everything. */
  readonly about: string;
  readonly lookedAt: number | undefined;
  /** Until then nobody is told that it fires; undefined: it is not silent. */
  readonly silencedUntil: number | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** How a channel took what it was told. */
export interface AlertDelivery {
  readonly channel: string;
  readonly ok: boolean;
  readonly at: number;
  /** How often it was tried. */
  readonly tries: number;
  /** Why it did not take it. */
  readonly error?: string;
}

/** Something that became of an alert: by itself, or by a person. */
export interface AlertEvent {
  readonly id: string;
  readonly what: 'fired' | 'resolved' | 'define' | 'change' | 'silence' | 'unsilence' | 'remove' | 'test';
  readonly at: number;
  /** Id of the alert. */
  readonly alert: string;
  /** What it looked for then; undefined: its record is damaged. */
  readonly rule: StoredAlert | undefined;
  /** Since when it fires, or fired. */
  readonly since: number | undefined;
  readonly value: number | undefined;
  readonly about: string;
  /** Who did it. */
  readonly by: string | undefined;
  readonly why: string;
  readonly deliveries: readonly AlertDelivery[];
}

type Hash = Readonly<Record<string, string>>;

/** An alert from its hash; none when it is gone or damaged. */
export function alertOf(id: string, createdAt: number, hash: Hash): AlertView[] {
  const rule = parse(hash['rule']) as StoredAlert | undefined;
  if (rule === undefined) return [];
  return [
    {
      ...rule,
      id,
      version: Number(hash['version']),
      isFiring: hash['state'] === 'firing',
      since: number(hash['since']),
      value: number(hash['value']),
      about: hash['about'] ?? '',
      lookedAt: number(hash['looked']),
      silencedUntil: number(hash['silenced']),
      createdAt,
      changedAt: number(hash['changedAt']) ?? 0,
      changedBy: hash['by'] ?? '',
    },
  ];
}

/** An event from its hash; none when it is gone. */
export function eventOf(id: string, hash: Hash): AlertEvent[] {
  const { what, alert, at } = hash;
  if (what === undefined || alert === undefined || at === undefined) return [];
  const reason: { readonly why?: string } | undefined = parse(hash['reason']);
  return [
    {
      id,
      what: what as AlertEvent['what'],
      at: Number(at),
      alert,
      rule: parse(hash['rule']) as StoredAlert | undefined,
      since: number(hash['since']),
      value: number(hash['value']),
      about: hash['about'] ?? '',
      by: hash['by'],
      why: reason?.why ?? '',
      deliveries: deliveriesIn(hash),
    },
  ];
}

/** What a field with the result of a channel begins with. */
const TO = 'to:';

function deliveriesIn(hash: Hash): AlertDelivery[] {
  return Object.entries(hash).flatMap(([field, json]) => {
    const result = field.startsWith(TO) ? parse(json) : undefined;
    return result === undefined
      ? []
      : [{ ...(result as Omit<AlertDelivery, 'channel'>), channel: field.slice(TO.length) }];
  });
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}

function parse(json: string | undefined): object | undefined {
  try {
    const value = JSON.parse(json ?? '') as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Written by hand, or empty: what else is known stands beside it.
    return undefined;
  }
}
