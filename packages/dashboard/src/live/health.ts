import type { JobView, LeftoverRun, Monitor, OldestJob, ServerView, TickHealth } from '@linstock/core';
import type { ErrorGroup } from '../api/error-groups.ts';
import { groupErrors } from '../api/error-groups.ts';

/** What is looked at less often than a pulse. What could not be read is undefined. */
export interface Health {
  readonly servers: readonly ServerView[];
  readonly ticks: Pick<TickHealth, 'late' | 'latest' | 'missed' | 'leftOut' | 'broken'>;
  /** What most of the newest failures have in common. */
  readonly failing: ErrorGroup | undefined;
  /** The job that has waited longest. */
  readonly oldest?: OldestJob | undefined;
  /** Handlers that have outlived their attempts. */
  readonly leftovers?: readonly LeftoverRun[];
}

type Found = Pick<TickHealth, 'missed' | 'leftOut' | 'broken'>;

const EVERY_MS = 15_000;
/** Nobody has looked for a while. */
const TOO_OLD_MS = 60_000;
/** Of the newest failures. */
const LOOK_AT = 100;
/** Nothing to be told of. */
export const NO_HEALTH: Health = {
  servers: [],
  ticks: { late: 0, latest: undefined, missed: [], leftOut: [], broken: [] },
  failing: undefined,
};

/** Looks at what changes slowly or costs more, every 15 seconds while somebody looks, once for all who do. */
export class HealthReader {
  readonly #monitor: Monitor;
  readonly #now: () => number;
  #health = NO_HEALTH;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  /** Recurring jobs are looked at a thousand at a time: from where on, and what was found since the first of them. */
  #offset = 0;
  #found: Found = { missed: [], leftOut: [], broken: [] };

  constructor(monitor: Monitor, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
  }

  /** What was seen last. Whoever comes first waits for a look; later ones happen beside what is shown. Never fails. */
  async latest(): Promise<Health> {
    const age = this.#now() - this.#readAt;
    if (age >= EVERY_MS) {
      this.#readAt = this.#now();
      this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    }
    if (age >= TOO_OLD_MS) await this.#reading;
    return this.#health;
  }

  /** A part that cannot be read hides no other: a user of Redis may lack the permission for `INFO`. */
  async #read(): Promise<void> {
    const [servers, ticks, failing, oldest, leftovers] = await Promise.all([
      this.#monitor.servers().catch(() => NO_HEALTH.servers),
      this.#readTicks().catch(() => NO_HEALTH.ticks),
      this.#readFailing().catch(() => undefined),
      this.#monitor.oldest().catch(() => undefined),
      this.#monitor.leftovers().catch(() => []),
    ]);
    this.#health = { servers, ticks, failing, oldest, leftovers };
  }

  async #readTicks(): Promise<Health['ticks']> {
    const { late, latest, next, ...seen } = await this.#monitor.ticks({ offset: this.#offset });
    this.#found = this.#offset === 0 ? seen : together(this.#found, seen);
    this.#offset = next ?? 0;
    // What an earlier round has found stands until this one is over.
    const found = next === undefined ? this.#found : together(this.#health.ticks, this.#found);
    return { late, latest, ...found };
  }

  async #readFailing(): Promise<ErrorGroup | undefined> {
    const { jobs } = await this.#monitor.page({ state: 'failed', limit: LOOK_AT });
    return groupErrors(jobs.filter((job): job is JobView => !('damaged' in job)))[0];
  }
}

function together(a: Found, b: Found): Found {
  return {
    missed: [...new Set([...a.missed, ...b.missed])],
    leftOut: [...new Map([...a.leftOut, ...b.leftOut].map((one) => [one.id, one])).values()],
    broken: [...new Set([...a.broken, ...b.broken])],
  };
}
