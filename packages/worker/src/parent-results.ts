import { LinstockError } from '@linstock/core';
import { fillReferences } from '@linstock/core/internal';
import type { ParentOutcome } from './parent-outcomes.ts';

/** `PARENT_RESULT_MISSING`: a node's input needs a result that is not there, or that was too long to be passed on. Field: `parent`. */
export class ParentResultError extends LinstockError {}

/** A node's input with the results of its parents in their places. @throws {ParentResultError} */
export function withResults(input: unknown, parents: readonly ParentOutcome[]): unknown {
  const outcomes = new Map(parents.map((parent) => [parent.id, parent]));
  return fillReferences(input, (id) => {
    const parent = outcomes.get(id);
    if (parent?.state === 'succeeded' && !parent.isTooLong) return parent.result;
    const why = parent?.isTooLong === true ? 'has over 64 KiB of JSON and was not passed on' : 'is not there';
    throw new ParentResultError('PARENT_RESULT_MISSING', `the result of job ${id} ${why}`, { parent: id });
  });
}
