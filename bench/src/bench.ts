import { isExact } from './delivery.ts';
import { hasFeature } from './features.ts';
import type { Options } from './options.ts';
import type { PeerName } from './peer.ts';
import type { Durability } from './redis-server.ts';
import type { Outcome, Scenario } from './scenario.ts';
import { delayedDrain } from './scenarios/delayed-drain.ts';
import { delayedLate } from './scenarios/delayed-late.ts';
import { enqueueOne, enqueueWindow } from './scenarios/enqueue.ts';
import { FEATURE_SCENARIOS } from './scenarios/features.ts';
import { pickup } from './scenarios/pickup.ts';
import { recurringUpsert } from './scenarios/recurring.ts';
import { RUN_SCENARIOS } from './scenarios/run.ts';
import { Session, type Contestant } from './session.ts';
import { formatFigures } from './table.ts';

const SCENARIOS: readonly Scenario[] = [
  enqueueOne,
  enqueueWindow,
  ...RUN_SCENARIOS,
  pickup,
  delayedLate,
  delayedDrain,
  ...FEATURE_SCENARIOS,
  recurringUpsert,
];

interface PlannedRun {
  readonly durability: Durability;
  readonly round: number;
  readonly scenario: Scenario;
  readonly contestant: Contestant;
}

/** One run of one contestant that delivered every job exactly once. */
export interface Run extends PlannedRun {
  readonly outcome: Outcome;
}

export interface Results {
  readonly runs: readonly Run[];
  /** Runs that lost or repeated jobs, or broke off: no figure of theirs is used. */
  readonly problems: readonly string[];
}

function contestantsOf(peer: PeerName, isRetentionMeasured: boolean): Contestant[] {
  if (peer === 'linstock') return [{ peer, retention: 'default' }];
  const removing: Contestant = { peer, retention: 'remove' };
  return isRetentionMeasured ? [removing, { peer, retention: 'default' }] : [removing];
}

/** Another contestant begins in each round, so that none always runs after the same one. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function label({ peer, retention }: Contestant): string {
  return retention === 'remove' ? `${peer} (removing)` : peer;
}

function problemIn({ delivery }: Outcome): string | undefined {
  if (isExact(delivery)) return undefined;
  return `of ${delivery.expected} jobs ${delivery.lost} were lost and ${delivery.duplicates} executions were repetitions`;
}

/** Runs scenario by scenario, contestant by contestant, round by round. */
export class Bench {
  readonly #options: Options;
  readonly #log: (line: string) => void;
  readonly #runs: Run[] = [];
  readonly #problems: string[] = [];

  constructor(options: Options, log: (line: string) => void) {
    this.#options = options;
    this.#log = log;
  }

  async run(): Promise<Results> {
    for (const durability of this.#options.durabilities) await this.#runRounds(durability);
    return { runs: this.#runs, problems: this.#problems };
  }

  async #runRounds(durability: Durability): Promise<void> {
    const { runs, budgetS = Number.POSITIVE_INFINITY } = this.#options.sizes;
    let longestRoundMs = 0;
    for (let round = 0; round < runs; round += 1) {
      if (round > 0 && performance.now() + longestRoundMs > budgetS * 1e3) return;
      const startMs = performance.now();
      await this.#runRound(durability, round);
      longestRoundMs = Math.max(longestRoundMs, performance.now() - startMs);
    }
  }

  async #runRound(durability: Durability, round: number): Promise<void> {
    const { rows, peers, isQuick } = this.#options;
    for (const scenario of SCENARIOS.filter((candidate) =>
      candidate.rows.some((row) => rows.includes(row)),
    )) {
      const contestants = peers
        .filter((peer) => hasFeature(peer, scenario.feature))
        .flatMap((peer) => contestantsOf(peer, scenario.dependsOnRetention && !isQuick));
      for (const contestant of rotated(contestants, round)) {
        await this.#runOnce({ durability, round, scenario, contestant });
      }
    }
  }

  async #runOnce(planned: PlannedRun): Promise<void> {
    const { durability, round, scenario, contestant } = planned;
    const title = `[${durability}] run ${round + 1}: ${scenario.name}, ${label(contestant)}`;
    try {
      const outcome = await Session.with(
        { contestant, durability, processes: scenario.processes },
        (session) => scenario.measure(session, this.#options.sizes),
      );
      const problem = problemIn(outcome);
      if (problem !== undefined) return this.#noteProblem(`${title}: ${problem}`);
      const values = this.#wanted(outcome.values);
      this.#runs.push({ ...planned, outcome: { ...outcome, values } });
      this.#log(`${title}: ${formatFigures(values)}`);
    } catch (error) {
      this.#noteProblem(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A scenario may fill more rows than were asked for. */
  #wanted(values: Outcome['values']): Outcome['values'] {
    return Object.fromEntries(
      this.#options.rows.map((row) => [row, values[row]]).filter(([, value]) => value !== undefined),
    );
  }

  #noteProblem(problem: string): void {
    this.#problems.push(problem);
    this.#log(`PROBLEM ${problem}`);
  }
}
