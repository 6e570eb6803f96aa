import type { Shard, StoredRecurring, TickCall } from '@linstock/core/internal';
import { jitterOf, parseStored, planTicks, recurringRun } from '@linstock/core/internal';

/** Recurring jobs of one call. */
const MOST_PER_CALL = 100;
/** Runs of one recurring job per call, when each of many missed ticks is to run. */
const MOST_RUNS = 50;
const OWN_NAME = 'linstock';

/**
 * Enqueues the runs of recurring jobs whose ticks have come. Any number of workers may do so at one time: a tick is moved on
 * once, by whoever is first. Resolves when nothing is due any more; `now` is the clock of Redis, ms since 1970.
 */
export async function sweepTicks(shard: Shard, now: () => number): Promise<void> {
  for (;;) {
    const at = now();
    const ids = await shard.recurring.ids({ most: MOST_PER_CALL, until: at });
    if (ids.length === 0) return;
    const definitions = await shard.recurring.findMany(ids);
    const calls = await Promise.all(definitions.map((definition) => tickOf(shard, definition, at)));
    const due = calls.filter((call) => call !== undefined);
    const outcomes = due.length === 0 ? [] : await shard.jobs.tick(due);
    if (outcomes.includes('CODES')) shard.queues.forgetCodes();
    // Somebody else is at it, or clocks differ: what is left is seen at the next timer.
    if (!outcomes.includes('OK') && due.length === calls.length && calls.length > 0) return;
    if (ids.length > definitions.length) await forgetMissing(shard, ids, definitions);
  }
}

/** What is to be done about a recurring job that is due; undefined: it cannot be used, and is switched off. */
async function tickOf(shard: Shard, definition: StoredRecurring, now: number): Promise<TickCall | undefined> {
  const { id, version, policy, nextAt: due } = definition;
  if (due === undefined) return undefined;
  try {
    const schedule = parseStored(definition.schedule);
    const plan = planTicks({
      schedule,
      due,
      now,
      misfire: policy.misfire,
      graceMs: policy.graceMs,
      most: MOST_RUNS,
    });
    const runs = plan.run.map((tick) => {
      const startAt = tick + jitterOf(schedule, id, tick);
      return recurringRun(shard, definition, { tick, startAt: startAt > now ? startAt : undefined });
    });
    const { overlap } = policy;
    return {
      id,
      version,
      due,
      next: plan.next,
      overlap,
      missed: plan.skipped,
      runs: await Promise.all(runs),
    };
  } catch (error) {
    await switchOff(shard, definition, error);
    return undefined;
  }
}

/** One bad definition must not stop the others; it shows its error until somebody defines it again. */
async function switchOff(shard: Shard, { id, version }: StoredRecurring, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const actor = { who: OWN_NAME, why: message };
  await shard.recurring.adjust(id, { verb: 'disable', version, next: undefined, error: message }, actor);
}

/** A tick without a definition: somebody has removed it by hand. */
async function forgetMissing(
  shard: Shard,
  ids: readonly string[],
  definitions: readonly StoredRecurring[],
): Promise<void> {
  const known = new Set(definitions.map(({ id }) => id));
  for (const id of ids)
    if (!known.has(id)) await shard.recurring.undefine(id, { who: OWN_NAME, why: 'it has no definition' });
}
