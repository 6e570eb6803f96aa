import type { Client, Monitor } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { Courier } from '../alerts/courier.ts';
import type { Authentication } from '../auth/authenticate.ts';
import type { Allows } from '../auth/allowed.ts';
import type { Seal } from '../auth/seal.ts';
import type { Permission, User } from '../auth/user.ts';
import type { HistoryReader } from '../live/history.ts';
import type { PulseReader } from '../live/pulse.ts';
import type { MetricsReader } from '../metrics/metrics-reader.ts';
import type { ResolvedDashboardOptions } from '../options.ts';
import type { Fields } from './fields.ts';

/** What routes work with. */
export interface Parts {
  readonly client: Client;
  readonly monitor: Monitor;
  readonly pulses: PulseReader;
  readonly histories: HistoryReader;
  readonly metrics: MetricsReader;
  /** Tells of alerts. */
  readonly courier: Courier;
  readonly authentication: Authentication;
  /** Of places in lists that are narrowed. */
  readonly seal: Seal;
  readonly options: ResolvedDashboardOptions;
}

/** One request to a route, by somebody who may make it. */
export interface Call {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON of the body; undefined: there was none. */
  readonly body: unknown;
  /** Undefined only on public routes. */
  readonly user: User | undefined;
  /** Where the request comes from, for what is counted by address. */
  readonly address: string;
}

/** One route of the API. What its handler returns is sent as JSON, unless it is a `Response`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly permission: Permission;
  /** One sentence, for the description of the API. */
  readonly summary: string;
  /** What it answers, for that description. */
  readonly answer: string;
  /** What its query may have; anything else is refused. */
  readonly query?: Fields;
  /** What its body may have; anything else is refused. */
  readonly body?: Fields;
  readonly handle: (call: Call, parts: Parts) => unknown;
  /**
   * Answers whoever may not see all of it, with what they may see: nothing of its answer may tell of anything else, no number
   * and no cursor either. Without it they are refused.
   */
  readonly narrow?: Narrow;
}

/** A handler that shows no more than what is allowed. */
export type Narrow = (call: Call, parts: Parts, allows: Allows) => unknown;

/** Who does it, from where and why, for the history of the job and the audit log. */
export function actorOf({ user, body, address }: Call): { readonly by: string; readonly reason?: string } {
  const reason = textIn(body, 'reason');
  // Whatever its type says, an application gives it.
  const given: unknown = user?.from;
  const from = (typeof given === 'string' ? given : address.replace(/^::ffff:/, '')).slice(0, 40);
  const by = `${(user?.name ?? 'somebody').slice(0, 70)} (dashboard${from && `, ${from}`})`;
  return { by, ...(reason !== undefined && { reason }) };
}

/** A field of a JSON object that is a text; undefined: it is not there. @throws {OptionError} */
export function textIn(body: unknown, name: string, most = 1000): string | undefined {
  const value = fieldIn(body, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= most) return value;
  throw new OptionError(name, `must be a text of at most ${most} characters`, value);
}

/** A field of a JSON object. */
export function fieldIn(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** A whole number of the query. @throws {OptionError} */
export function numberIn(
  query: URLSearchParams,
  name: string,
  { least = 0, most, otherwise }: { least?: number; most: number; otherwise: number },
): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new OptionError(name, `must be a whole number from ${least} to ${most}`, text);
}

/** The one queue that a page of jobs is of: with a tag it is of none, and an empty tag is none. */
export function queueAsked(query: URLSearchParams): string | undefined {
  return query.get('tag') ? undefined : query.get('queue') || undefined;
}

/** A parameter of the path. */
export function param({ params }: Call, name: string): string {
  return params[name] ?? '';
}
