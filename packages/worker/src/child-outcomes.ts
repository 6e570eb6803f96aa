import { LinstockError } from '@linstock/core';
import type { NewJob } from '@linstock/core/internal';
import { batchLength, MOST_JOBS } from '@linstock/core/internal';

const MESSAGES = {
  NO_CHILDREN: 'awaitChildren() without children: call "await ctx.enqueueChild(…)" before it',
  CHILDREN_NOT_AWAITED:
    'the handler enqueued children and did not wait for them, so none is stored: return awaitChildren(); for jobs that nobody waits for use a client',
  TOO_LATE: 'enqueueChild after the handler has ended: await it, and then return awaitChildren()',
  TOO_MANY_CHILDREN: `a job waits for at most ${MOST_JOBS} children at a time, with 4 MiB of inputs: and for 5,000 in all: wait for these first, or make a batch`,
} as const;

/** What is wrong with how a handler treats children. Codes: `NO_CHILDREN`, `CHILDREN_NOT_AWAITED`, `TOO_MANY_CHILDREN`,
 * `TOO_LATE`. */
export class ChildrenError extends LinstockError {
  constructor(code: keyof typeof MESSAGES) {
    super(code, MESSAGES[code]);
  }
}

/** @throws {ChildrenError} all children of a job travel in one call, and this one does not fit */
export function checkRoom(children: readonly NewJob[], next: NewJob): void {
  const all = [...children, next];
  if (batchLength(all) < all.length) throw new ChildrenError('TOO_MANY_CHILDREN');
}
