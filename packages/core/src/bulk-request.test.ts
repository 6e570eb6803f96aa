import { describe, expect, test } from 'vitest';
import type { BulkRequest } from './bulk-request.ts';
import { operationOf } from './bulk-request.ts';

describe('a request that cannot be is refused', () => {
  const filter = { state: 'failed' } as const;
  test.each<[object, string]>([
    [{ filter }, 'bulk.verb: must be one of'],
    [{ verb: 'requeue' }, 'bulk.filter.state: must be one of'],
    [{ verb: 'cancel', filter }, 'bulk.filter.state: must be one that cancel can change'],
    [{ verb: 'delete', filter: { state: 'processing' } }, 'bulk.filter.state: must be one that delete can'],
    [{ verb: 'cancel', filter: { state: 'running' } }, 'bulk.filter.state: must be one of'],
    [{ verb: 'requeue', filter: { ...filter, tags: 'x' } }, 'did you mean "tag"?'],
    [{ verb: 'requeue', filter: { ...filter, batch: 'x' } }, 'bulk.filter.batch: must be the id of a batch'],
    [
      { verb: 'requeue', filter: { ...filter, poison: true, errorName: 'Error' } },
      'bulk.filter.errorName: does not go together with poison',
    ],
    [{ verb: 'requeue', filter, to: { queue: 'x' } }, 'bulk.to: belongs to the verb "move"'],
    [{ verb: 'move', filter: { state: 'enqueued' } }, 'bulk.to: must have a queue, a priority, or both'],
    [{ verb: 'reschedule', filter: { state: 'enqueued' } }, 'bulk.due: must have either'],
    [{ verb: 'requeue', filter, ratePerSecond: 0 }, 'bulk.ratePerSecond: must be a number'],
    [
      { verb: 'requeue', filter: { ...filter, olderThan: 'soon' } },
      'bulk.filter.olderThan: must be milliseconds',
    ],
  ])('%j', (request, message) => {
    expect(() => operationOf(request as BulkRequest, Date.now())).toThrow(message);
  });
});
