import type { JobStore, Outcome } from '@linstock/core/internal';
import type { HeldJob } from './held-jobs.ts';
import type { OtherVerb } from './outcome-buffer.ts';

/** How outcomes that are not successes become calls. */

interface VerbCall {
  readonly worker: string;
  readonly keep: number;
  readonly jobs: readonly {
    readonly claim: string;
    readonly id: string;
    readonly line: string;
    readonly delayMs: number;
  }[];
}

/** The call of a verb for outcomes that all belong to one identity. */
export function sendVerb(
  store: JobStore,
  verb: OtherVerb,
  { worker, keep, jobs }: VerbCall,
): Promise<Outcome[]> {
  switch (verb) {
    case 'retry':
      return store.retry(worker, jobs);
    case 'defer':
      return store.defer(worker, jobs);
    case 'fail':
      return store.fail(worker, keep, jobs);
    case 'drop':
      return store.drop(worker, keep, jobs);
    case 'release':
      return store.release(worker, jobs);
    case 'quarantine':
      return store.quarantine(worker, jobs);
  }
}

/** Outcomes by the identity under which their jobs were claimed. */
export function byWorker<T>(items: readonly T[], jobOf: (item: T) => HeldJob | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const worker = jobOf(item)?.claim.worker ?? '';
    const group = groups.get(worker);
    if (group === undefined) groups.set(worker, [item]);
    else group.push(item);
  }
  return groups;
}
