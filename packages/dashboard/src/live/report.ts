import { findAttention } from './attention.ts';
import type { Pulse } from './pulse.ts';

/** Of thousands of queues, the deepest and the worst are told every second; all stand at `api/queues`. */
const MOST = 100;

const reports = new WeakMap<Pulse, string>();

/** A pulse with what calls for attention, as JSON; made once for all who listen. */
export function reportOf(pulse: Pulse): string {
  const known = reports.get(pulse);
  if (known !== undefined) return known;
  const queues = pulse.queues.toSorted((a, b) => b.enqueued - a.enqueued).slice(0, MOST);
  const all = findAttention(pulse);
  const attention = all.slice(0, MOST);
  const report = JSON.stringify({
    ...pulse,
    // What was only looked at to find what calls for attention.
    dead: undefined,
    health: undefined,
    oldest: pulse.health.oldest,
    queues,
    attention,
    attentionTotal: all.length,
  });
  reports.set(pulse, report);
  return report;
}
