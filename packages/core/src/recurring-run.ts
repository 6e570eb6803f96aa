import { nextId } from './job-factory.ts';
import { encodeBody, encodeRecord, extendHeader, placeDigit } from './job/job.ts';
import type { Shard } from './shard-set.ts';
import type { StoredRecurring } from './store/recurring-store.ts';
import type { TickCall } from './store/tick-call.ts';

/** A run of a recurring job: a job with its tick in its header. */
export async function recurringRun(
  { number, queues }: Pick<Shard, 'number' | 'queues'>,
  { id, job }: StoredRecurring,
  when: { readonly tick: number; readonly startAt: number | undefined },
): Promise<TickCall['runs'][number]> {
  if (queues.knownCode(job.queue) === undefined) await queues.learnCodes([job.queue]);
  const header = extendHeader(job.header, { recurring: [id, when.tick] });
  const place = `${queues.knownCode(job.queue) ?? ''}${placeDigit(job.priority, job.isTied)}`;
  return {
    tick: when.tick,
    startAt: when.startAt,
    job: nextId(number),
    record: encodeRecord('E', place, encodeBody(header, job.payload)),
  };
}
