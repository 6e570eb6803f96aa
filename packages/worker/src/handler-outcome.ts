import type { Duration } from '@linstock/core';
import { LinstockError } from '@linstock/core';
import { toMs } from '@linstock/core/internal';
import { textOf } from './error-json.ts';

/** What a handler can say instead of a result. */
export type OutcomeKind = 'retry' | 'snooze' | 'await' | 'fail' | 'cancel';

const WORDS: Readonly<Record<OutcomeKind, { readonly code: string; readonly message: string }>> = {
  retry: { code: 'RETRY_AFTER', message: 'the handler asked for another attempt' },
  snooze: { code: 'SNOOZED', message: 'the handler put the job off' },
  await: { code: 'AWAITS_CHILDREN', message: 'the handler waits for the children of its job' },
  fail: { code: 'FAILED_BY_HANDLER', message: 'the handler gave the job up' },
  cancel: { code: 'CANCELLED_BY_HANDLER', message: 'the handler cancelled the job' },
};

/** Handlers may be loaded with another copy of this package than the worker's: the registry of symbols is common to both. */
const MARK: unique symbol = Symbol.for('linstock.handlerOutcome');

/**
 * How a handler ends its run otherwise than by a result: made by {@link retryAfter}, {@link snooze}, {@link awaitChildren},
 * {@link fail} and {@link cancel}, thrown or returned. An error, so that it can be thrown; its `cause` is the error it was made of.
 */
export class HandlerOutcome extends LinstockError {
  readonly [MARK] = true;
  readonly kind: OutcomeKind;
  /** When the job may run again, ms from now. 0 for `await`, `fail` and `cancel`. */
  readonly delayMs: number;

  constructor(kind: OutcomeKind, delayMs: number, reason: unknown) {
    const { code, message } = WORDS[kind];
    super(code, messageOf(reason) ?? message, { delayMs }, reason instanceof Error ? reason : undefined);
    this.kind = kind;
    this.delayMs = delayMs;
  }
}

function messageOf(reason: unknown): string | undefined {
  if (reason === undefined) return undefined;
  return reason instanceof Error ? reason.message : textOf(reason);
}

/** Whether a value is a {@link HandlerOutcome}, of this copy of the package or another. Cheap: it is asked of every result. */
export function isHandlerOutcome(value: unknown): value is HandlerOutcome {
  return value instanceof Error && MARK in value;
}

/**
 * This attempt has failed; the next one starts after `delay`, whatever the retry policy says. After the last attempt the job
 * ends as its `onExhausted` says. `reason`: a text, or the error.
 *
 * @example
 * if (response.status === 429) throw retryAfter('30s', 'too many requests');
 *
 * @throws {OptionError} the delay is no duration
 */
export function retryAfter(delay: Duration, reason?: unknown): HandlerOutcome {
  return new HandlerOutcome('retry', toMs(delay, 'retryAfter.delay'), reason);
}

/**
 * Not now: the job waits for `delay` and runs again, without using an attempt. Nothing limits how often.
 *
 * @example
 * if (!(await isOpen())) return snooze('10m', 'the shop is closed');
 *
 * @throws {OptionError} the delay is no duration
 */
export function snooze(delay: Duration, reason?: string): HandlerOutcome {
  return new HandlerOutcome('snooze', toMs(delay, 'snooze.delay'), reason);
}

/**
 * The children that `ctx.enqueueChild` made are stored now, all of them or none, and the job waits (`awaiting`) until each has
 * ended, however it ends. Then its handler runs again, with their outcomes in `ctx.children()`; that uses no attempt.
 *
 * @example
 * const pages = await ctx.children();
 * if (pages.length === 0) {
 *   for (const url of urls) await ctx.enqueueChild(fetchPage, { url });
 *   return awaitChildren();
 * }
 */
export function awaitChildren(): HandlerOutcome {
  return new HandlerOutcome('await', 0, undefined);
}

/**
 * The job is `failed` now, whatever attempts are left. `reason`: a text, or the error.
 *
 * @example
 * if (response.status === 404) throw fail('there is no such invoice');
 */
export function fail(reason: unknown): HandlerOutcome {
  return new HandlerOutcome('fail', 0, reason);
}

/**
 * The job is not needed any more: it ends as `cancelled`.
 *
 * @example
 * if (invoice.isPaid) return cancel('paid already');
 */
export function cancel(reason: string): HandlerOutcome {
  return new HandlerOutcome('cancel', 0, reason);
}
