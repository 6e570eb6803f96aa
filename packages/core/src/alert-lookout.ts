import { findAlerts } from './alert-findings.ts';
import { ProtocolError } from './redis/script.ts';
import type { Shard } from './shard-set.ts';
import type { AlertDelivery, AlertEvent } from './store/alert-records.ts';
import { AlertStore } from './store/alert-store.ts';
import type { Actor } from './store/change-call.ts';

/**
 * What a dashboard needs to look at alerts and to tell of them. Any number may: a look is one's turn, and an event has one teller
 * at a time; who dies with an event leaves it to others after `heldMs`. `heldMs` 0: it tells nobody.
 */
export class AlertLookout {
  readonly #shards: () => Promise<readonly [Shard, ...Shard[]]>;

  constructor(host: { readonly shards: () => Promise<readonly [Shard, ...Shard[]]> }) {
    this.#shards = host.shards;
  }

  /** Takes the turn (0: it has not come, or there is nothing to look at), and the events that nobody has told. */
  async survey(everyMs: number, heldMs: number): Promise<{ turn: number; events: AlertEvent[] }> {
    const store = await this.#store();
    const { turn, events } = await store.survey(everyMs, heldMs);
    return { turn, events: await store.find(events) };
  }

  /** Looks, once a turn: finds what is over its limit. Resolves to the events to tell. What cannot be read changes nothing. */
  async judge(turn: number, heldMs: number): Promise<AlertEvent[]> {
    const store = await this.#store();
    const findings = await findAlerts(await this.#shards(), await store.list());
    const events = await store.judge(turn, heldMs, findings);
    return events === 'STALE' ? [] : store.find(events);
  }

  /** Makes an event that says nothing, to try out whether it arrives. */
  async test({ who, why }: Actor, heldMs: number): Promise<AlertEvent> {
    const store = await this.#store();
    const rule = { name: 'Test', kind: 'failures', forMs: 0, enabled: false } as const;
    const reply = await store.arrange({ id: '', verb: 'test', rule, ms: heldMs }, { who, why });
    const [event] = typeof reply === 'string' ? [] : await store.find([reply.event]);
    if (event === undefined) throw new ProtocolError('arrange', reply);
    return event;
  }

  /** Writes down how a channel took an event; `isLast`: no channel is left. */
  async report(event: string, delivery: AlertDelivery, isLast: boolean): Promise<void> {
    const { channel, ...result } = delivery;
    const store = await this.#store();
    await store.report(event, { channel, result: JSON.stringify(result), isLast });
  }

  async #store(): Promise<AlertStore> {
    const [{ connection, prefix }] = await this.#shards();
    return new AlertStore(connection, prefix);
  }
}
