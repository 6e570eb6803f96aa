/** Decides when a worker calls a shard, and for how much. Pure: it is asked at every turn of the event loop. */

/** The most jobs of one claim. */
export const MOST_PER_CLAIM = 400;
/**
 * Calls to a shard under way at once. With two they drift together until both are answered at one time, and Redis and this
 * process take turns; of three, one is served, one waits, and one comes back (docs/decisions/0007-calls-that-overlap.md).
 */
const MOST_CALLS = 3;
/** The most jobs of one claim while handlers end at once: a quarter of what 100 slots hold, three such calls and one that runs here. */
const MOST_WHEN_QUICK = 125;
/** A second call must be worth its cost. */
const WORTHWHILE = 50;
/** Jobs claimed ahead last about this long at the present rate, ms: several round trips, far less than anybody notices. */
export const AHEAD_MS = 40;
/** The most jobs claimed ahead: two claims. */
const MOST_AHEAD = 2 * MOST_PER_CLAIM;
/** Nothing is claimed ahead while a recent run took longer than this, ms. */
const AHEAD_RUN_MOST_MS = 20;

/** What is known at a turn. */
export interface FetchState {
  readonly concurrency: number;
  readonly running: number;
  /** Claimed and not started. */
  readonly waiting: number;
  /** Asked for in claims that have no answer yet. */
  readonly requested: number;
  readonly callsUnderway: number;
  /** Outcomes that wait to be sent. */
  readonly outcomes: number;
  /** How many jobs to hold beyond the slots. */
  readonly ahead: number;
  /** Whether the shard may have jobs, and claiming is allowed. */
  readonly mayClaim: boolean;
}

/** How many jobs to hold beyond the slots. */
export function aheadOf(ratePerMs: number, recentMostMs: number): number {
  if (!(recentMostMs < AHEAD_RUN_MOST_MS)) return 0;
  return Math.min(MOST_AHEAD, Math.ceil(ratePerMs * AHEAD_MS));
}

/**
 * What to send now: how many jobs to claim (0: none), and whether outcomes go; undefined: nothing.
 * Group commit: what waits while calls are under way travels with the next one, so under load batches grow by themselves.
 */
export function planFetch(state: FetchState): { claim: number } | undefined {
  if (state.callsUnderway >= MOST_CALLS) return undefined;
  const claim = claimSize(state);
  if (claim > 0) return { claim };
  return outcomesGo(state) ? { claim: 0 } : undefined;
}

function claimSize({
  concurrency,
  running,
  waiting,
  requested,
  callsUnderway,
  outcomes,
  ahead,
  mayClaim,
}: FetchState): number {
  if (!mayClaim) return 0;
  const inHand = running + waiting + requested;
  const isQuick = ahead > 0 && 2 * running < concurrency;
  const want = Math.min(concurrency + ahead - inHand, isQuick ? MOST_WHEN_QUICK : MOST_PER_CLAIM);
  if (want <= 0) return 0;
  const worthwhile = Math.min(WORTHWHILE, concurrency);
  // A call right behind another would be answered together with it. So it waits for outcomes to carry, as long as there are
  // jobs here that will have some.
  if (callsUnderway > 0)
    return want >= worthwhile && (outcomes >= worthwhile || waiting < worthwhile) ? want : 0;
  // Slots are free: at once. Slots are full: when half of what is held ahead is used up.
  return inHand < concurrency || want * 2 >= ahead ? want : 0;
}

function outcomesGo({
  outcomes,
  callsUnderway,
  waiting,
  mayClaim,
  running,
  concurrency,
}: FetchState): boolean {
  if (outcomes === 0) return false;
  // Handlers that take time leave time for full calls. Those that end at once would let Redis and this process take turns.
  if (outcomes >= (2 * running >= concurrency ? MOST_PER_CLAIM : 2 * WORTHWHILE)) return true;
  if (callsUnderway > 0) return false;
  // Jobs wait here and more will be claimed: the outcomes travel with that claim, at most AHEAD_MS from now.
  return !(mayClaim && waiting > 0);
}
