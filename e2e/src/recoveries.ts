import { msBetween } from './events.ts';
import type { Stage } from './stage.ts';

/** How long after a test killed a process each of its open runs started again elsewhere, ms. */
export function recoveries(stage: Stage): number[] {
  const killedAt = new Map(stage.children.map(({ name, killedAtNs }) => [name, killedAtNs]));
  const { runs, runsOf } = stage.sightings();
  const took: number[] = [];
  for (const run of runs) {
    const at = killedAt.get(run.child);
    if (at === undefined || run.end !== undefined) continue;
    const next = runsOf.get(run.id)?.find(({ startNs }) => startNs > at);
    if (next !== undefined) took.push(msBetween(at, next.startNs));
  }
  return took;
}
