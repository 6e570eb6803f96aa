import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptArgument, ScriptName, ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';
import { alertOf, eventOf } from './alert-records.ts';
import type { AlertEvent, AlertView, StoredAlert } from './alert-records.ts';
import type { Actor } from './change-call.ts';

/** What a person does to an alert. */
export type AlertVerb = 'define' | 'change' | 'silence' | 'unsilence' | 'remove' | 'test';

/** A person's change of an alert. */
export interface AlertChange {
  readonly id: string;
  readonly verb: AlertVerb;
  /** What it looks for; of `define`, `change` and `test`. */
  readonly rule?: StoredAlert;
  /** The version that it must have; of `change`. */
  readonly version?: number;
  /** For how long it is silent, or whoever tries out has the event; of `silence` and `test`. */
  readonly ms?: number;
  /** What stands in the audit log besides who and why. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a look has found of an alert. */
export interface Finding {
  readonly id: string;
  readonly version: number;
  readonly isOver: boolean;
  readonly value: number;
  /** What it is about most: a queue, a job's name, a recurring job; empty: everything. */
  readonly about: string;
}

/** Two looks further apart than this do not follow each other: what was seen in the first one need not have gone on. */
const APART_MS = 60_000;
/** What is older is told to nobody: it would only surprise. */
const LATE_MS = 900_000;

/** Alerts of an installation, in its first shard. */
export class AlertStore {
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
  }

  /** Changes an alert. `FULL`: there are 100. `STALE`: it has another version, or is there already. */
  async arrange(
    change: AlertChange,
    { who, why }: Actor,
  ): Promise<{ readonly event: string } | 'SAME' | 'GONE' | 'FULL' | 'STALE'> {
    const { id, verb, rule, version = '', ms = 0, details } = change;
    const reason = JSON.stringify({ by: who, why, ...details });
    const on = rule?.enabled === true ? 'on' : '';
    const text = rule === undefined ? '' : JSON.stringify(rule);
    const args = [who, reason, id, verb, text, on, rule?.forMs ?? 0, version, ms];
    const reply = await this.#run('arrange', args);
    if (Array.isArray(reply) && reply[0] === 'OK') return { event: String(reply[1]) };
    if (reply === 'SAME' || reply === 'GONE' || reply === 'FULL' || reply === 'STALE') return reply;
    throw new ProtocolError('arrange', reply);
  }

  /** Takes the turn to look (0: it has not come), and events that nobody has told. `heldMs` 0: the caller tells nobody. */
  async survey(everyMs: number, heldMs: number): Promise<{ turn: number; events: string[] }> {
    const reply = await this.#run('survey', [everyMs, heldMs, LATE_MS]);
    if (!Array.isArray(reply)) throw new ProtocolError('survey', reply);
    const [turn, ...events] = reply as unknown[];
    return { turn: Number(turn), events: events.map(String) };
  }

  /** Says what was found in a turn; once. Answers the events that the caller is to tell. */
  async judge(turn: number, heldMs: number, findings: readonly Finding[]): Promise<'STALE' | string[]> {
    const found = findings.flatMap(({ id, version, isOver, value, about }) => {
      return [id, version, isOver ? 'over' : 'under', Math.round(value), about];
    });
    const reply = await this.#run('judge', [turn, heldMs, APART_MS, ...found]);
    if (reply === 'STALE') return reply;
    if (!Array.isArray(reply)) throw new ProtocolError('judge', reply);
    return reply.map(String);
  }

  /** Writes down how a channel took an event. `GONE`: it is not kept any more. */
  async report(
    event: string,
    { channel, result, isLast }: { channel: string; result: string; isLast: boolean },
  ): Promise<'OK' | 'GONE'> {
    const reply = await this.#run('report', [event, channel, result, isLast ? 'last' : '']);
    if (reply === 'OK' || reply === 'GONE') return reply;
    throw new ProtocolError('report', reply);
  }

  /** All alerts, those that were made first come first. */
  async list(): Promise<AlertView[]> {
    const { redis } = this.#target.connection;
    const flat = await redis.zrange(this.#key(KEY.alerts), 0, '-1', 'WITHSCORES');
    const ids = flat.filter((_, i) => i % 2 === 0);
    const hashes = await Promise.all(ids.map((id) => redis.hgetall(this.#key(KEY.alert) + id)));
    return ids.flatMap((id, i) => alertOf(id, Number(flat[2 * i + 1]), hashes[i] ?? {}));
  }

  /** What became of alerts, the newest first. */
  async events(most: number): Promise<AlertEvent[]> {
    const { redis } = this.#target.connection;
    return this.find(await redis.zrevrange(this.#key(KEY.alarms), 0, String(most - 1)));
  }

  /** Events by their ids; those that are kept. */
  async find(ids: readonly string[]): Promise<AlertEvent[]> {
    const { redis } = this.#target.connection;
    const hashes = await Promise.all(ids.map((id) => redis.hgetall(this.#key(KEY.alarm) + id)));
    return ids.flatMap((id, i) => eventOf(id, hashes[i] ?? {}));
  }

  #key(name: string): string {
    return this.#target.prefix + name;
  }

  #run(script: ScriptName, args: readonly ScriptArgument[]): Promise<unknown> {
    return runScript(this.#target, script, args);
  }
}
