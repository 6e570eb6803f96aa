import type { Attention } from './attention.ts';
import { findAttention } from './attention.ts';
import type { WorkerView } from '@linstock/core';
import type { Health } from './health.ts';
import type { Pulse, QueuePulse } from './pulse.ts';

/** Of thousands of queues, the deepest are told every second; all stand at `api/queues`. */
const MOST = 100;
/** An average of a time when nobody could look has a beginning and an end. */
const NEWEST = 2;

/** With the rates of the last minutes, for who begins to look; and with the newest alone. */
const reports = { whole: new WeakMap<Pulse, string>(), newest: new WeakMap<Pulse, string>() };

/** Of the jobs that a worker has run for long, the one that it has run for longest, and the one that has ended longest ago. */
function inShort(worker: WorkerView, leftovers: Health['leftovers']): object {
  const { load } = worker;
  if (load?.longest === undefined) return worker;
  const leftover = leftovers?.find((run) => run.worker === worker.id);
  return { ...worker, load: { ...load, longest: load.longest.slice(0, 1) }, leftover };
}

/** A pulse with what calls for attention, as JSON; made once for all who listen. `isFirst`: they know nothing of the last minutes. */
export function reportOf(pulse: Pulse, isFirst: boolean): string {
  const made = isFirst ? reports.whole : reports.newest;
  const known = made.get(pulse);
  if (known !== undefined) return known;
  const report = JSON.stringify({
    ...pulse,
    rates: isFirst ? pulse.rates : pulse.rates.slice(-NEWEST),
    // What was only looked at to find what calls for attention.
    dead: undefined,
    health: undefined,
    oldest: pulse.health.oldest,
    workers: pulse.workers.map((worker) => inShort(worker, pulse.health.leftovers)),
    ...firstOf(pulse.queues, findAttention(pulse)),
  });
  made.set(pulse, report);
  return report;
}

/** The first of the queues, and of what calls for attention. */
export function firstOf(queues: readonly QueuePulse[], attention: readonly Attention[]): object {
  return {
    queues: queues.toSorted((a, b) => b.enqueued - a.enqueued).slice(0, MOST),
    attention,
  };
}
