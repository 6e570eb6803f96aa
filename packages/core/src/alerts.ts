import { randomBytes } from 'node:crypto';
import { AlertLookout } from './alert-lookout.ts';
import type { AlertChanges, AlertOptions } from './alert-options.ts';
import { alertOptionsOf, resolveAlert } from './alert-options.ts';
import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { LinstockError, OptionError, show } from './errors.ts';
import type { Shard } from './shard-set.ts';
import type { AlertView } from './store/alert-records.ts';
import type { AlertChange } from './store/alert-store.ts';
import { AlertStore } from './store/alert-store.ts';
import type { Actor } from './store/change-call.ts';

/** `ALERT_NOT_FOUND`: no alert has this id. Field: `id`. */
export class AlertNotFoundError extends LinstockError {
  constructor(id: string) {
    super('ALERT_NOT_FOUND', `there is no alert ${show(id)}; monitor.alerts() names those that are`, { id });
  }
}

const isId = /^[\w-]{1,64}$/;
const MOST_SILENT_MS = 30 * 86_400_000;

/**
 * Alerts: what somebody is to be told of. A dashboard with `alerts` in its options looks every 10 seconds, and tells; what it
 * found stands in `monitor.alerts()`.
 */
export class Alerts {
  /** For what looks and tells: dashboards. */
  readonly lookout: AlertLookout;
  readonly #shards: () => Promise<readonly [Shard, ...Shard[]]>;

  constructor(host: { readonly shards: () => Promise<readonly [Shard, ...Shard[]]> }) {
    this.#shards = host.shards;
    this.lookout = new AlertLookout(host);
  }

  /**
   * Stores an alert; resolves to its id. There are at most 100.
   *
   * @example
   * await client.alerts.create({ kind: 'failures', count: 10, within: '5m', name: 'Many failures' });
   *
   * @throws {OptionError}
   */
  async create(options: AlertOptions, by?: ChangeOptions): Promise<string> {
    const rule = resolveAlert(options);
    // No character of it needs care in a shell.
    const id = randomBytes(9).toString('hex');
    const store = await this.#store();
    const reply = await store.arrange(
      { id, verb: 'define', rule, details: { name: rule.name } },
      actorOf(by, 'alert'),
    );
    if (reply === 'FULL')
      throw new LinstockError('ALERTS_FULL', 'there are 100 alerts: remove one before you make another');
    return id;
  }

  /** Changes parts of an alert; what is left out stays. False: it is so already. @throws {AlertNotFoundError} @throws {OptionError} */
  async change(id: string, { by, reason, ...changes }: AlertChanges): Promise<boolean> {
    const actor = actorFrom(by, reason);
    const store = await this.#store();
    for (;;) {
      const { kind, version, ...before } = await this.#require(id);
      if (changes.kind !== undefined && changes.kind !== kind)
        throw new OptionError('alert.kind', 'cannot be changed: make another alert', changes.kind);
      const rule = resolveAlert({ ...alertOptionsOf(partsOf({ kind, ...before })), ...changes });
      const change = { id, verb: 'change', rule, version, details: { name: rule.name } } as const;
      const reply = await store.arrange(change, actor);
      if (reply === 'GONE') throw new AlertNotFoundError(id);
      if (reply !== 'STALE') return reply !== 'SAME';
    }
  }

  /** Removes it; who was told that it fires is told that it does not. False: there was none. */
  async remove(id: string, by?: ChangeOptions): Promise<boolean> {
    return (await this.#arrange({ id, verb: 'remove' }, actorOf(by, 'alert'))) !== 'GONE';
  }

  /** Nobody is told that it fires, for 1 s to 30 days. @throws {AlertNotFoundError} @throws {OptionError} */
  async silence(
    id: string,
    { for: duration, by, reason }: { readonly for: Duration } & ChangeOptions,
  ): Promise<void> {
    const ms = toMs(duration, 'alert.for');
    if (ms < 1000 || ms > MOST_SILENT_MS)
      throw new OptionError('alert.for', 'must be from 1 s to 30 days', duration);
    const change = { id, verb: 'silence', ms, details: { ms } } as const;
    if ((await this.#arrange(change, actorFrom(by, reason))) === 'GONE') throw new AlertNotFoundError(id);
  }

  /** Ends a silence: what fires is told at the next look. False: it was not silent. @throws {AlertNotFoundError} */
  async unsilence(id: string, by?: ChangeOptions): Promise<boolean> {
    const reply = await this.#arrange({ id, verb: 'unsilence' }, actorOf(by, 'alert'));
    if (reply === 'GONE') throw new AlertNotFoundError(id);
    return reply !== 'SAME';
  }

  async #arrange(change: AlertChange, actor: Actor): ReturnType<AlertStore['arrange']> {
    if (typeof change.id !== 'string' || !isId.test(change.id)) return 'GONE';
    return (await this.#store()).arrange(change, actor);
  }

  async #require(id: string): Promise<AlertView> {
    const alert = (await (await this.#store()).list()).find((one) => one.id === id);
    if (alert === undefined) throw new AlertNotFoundError(id);
    return alert;
  }

  async #store(): Promise<AlertStore> {
    const [{ connection, prefix }] = await this.#shards();
    return new AlertStore(connection, prefix);
  }
}

function actorFrom(by: string | undefined, reason: string | undefined): Actor {
  return actorOf({ ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) }, 'alert');
}

type Parts = Parameters<typeof alertOptionsOf>[0];

/** What an alert looks for, without what became of it. */
function partsOf({ name, kind, queue, jobName, count, withinMs, ageMs, forMs, enabled }: Parts): Parts {
  return {
    name,
    kind,
    forMs,
    enabled,
    ...(queue !== undefined && { queue }),
    ...(jobName !== undefined && { jobName }),
    ...(count !== undefined && { count }),
    ...(withinMs !== undefined && { withinMs }),
    ...(ageMs !== undefined && { ageMs }),
  };
}
