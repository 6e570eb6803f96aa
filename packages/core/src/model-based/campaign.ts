import * as fc from 'fast-check';
import type { Progress } from './commands.ts';
import { commandSequences } from './commands.ts';
import type { Place } from './session.ts';
import { Session } from './session.ts';
import type { Tally } from './tally.ts';

/** How many runs, and how. */
export interface Runs {
  readonly runs: number;
  readonly seed: number;
  /** How many runs take place at once. */
  readonly lanes: number;
  /** Whether a failure is reduced to its shortest form; without, the first one ends the campaign. */
  readonly shrink: boolean;
}

/** Runs of the model. */
export interface Campaign extends Runs {
  readonly tally: Tally;
  /** Steps that are chosen more often, or less, than usual. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly newPlace: () => Place;
}

/** Runs that share a seed: its failure is found again by a campaign with this seed. */
const RUNS_PER_SEED = 25;

/** Random runs of commands, each compared with the model and checked after every step. Throws the first failure. */
export async function runCampaign(campaign: Campaign): Promise<void> {
  await assertInLanes(runsMatchTheModel(campaign), campaign);
}

/** Checks a property by several lanes at once. Throws the first failure. */
export async function assertInLanes<T>(property: fc.IAsyncProperty<T>, options: Runs): Promise<void> {
  const { runs, seed: firstSeed, lanes, shrink } = options;
  const seeds = Array.from({ length: Math.ceil(runs / RUNS_PER_SEED) }, (_, i) => firstSeed + i);
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (failures.length === 0) {
      const seed = seeds.shift();
      if (seed === undefined) return;
      const numRuns = Math.min(RUNS_PER_SEED, runs);
      await fc
        .assert(property, { numRuns, seed, unbiased: true, endOnFailure: !shrink })
        .catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}

function runsMatchTheModel({
  weights,
  tally,
  newPlace,
}: Campaign): fc.IAsyncProperty<[Iterable<fc.AsyncCommand<Progress, Session>>]> {
  return fc.asyncProperty(commandSequences(weights), async (sequence) => {
    const session = new Session(newPlace(), tally);
    await session.start();
    try {
      await fc.asyncModelRun(() => ({ model: { steps: 0 }, real: session }), sequence);
    } finally {
      await session.end();
    }
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How many runs a test has: of the full number the share that its pass of the tests can afford; in a campaign far more. */
export function runsOf(full: number, share: number, environment: Environment): number {
  return Math.ceil(full * share * (environment['LINSTOCK_CAMPAIGN'] === '1' ? 50 : 1));
}

/** Another each time; or the one whose failure is to be found again. */
export function campaignSeed(environment: Environment): number {
  return Number(environment['LINSTOCK_MODEL_SEED'] ?? Date.now() % 1e9);
}

/** What a campaign did, for people. */
export function describeTally(
  { runs, commands, calls }: Tally,
  { seed, startedAt }: { seed: number; startedAt: number },
): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  return `${runs} runs, ${(commands / runs).toFixed(1)} commands each, ${calls} calls, ${seconds} s; LINSTOCK_MODEL_SEED=${seed} repeats them`;
}

/**
 * The mutants that a run of the tests tries: in a campaign all, otherwise every other one, and where the store is another one
 * than most have, two. They try the model, which changes seldom.
 */
export function chosenMutants<T>(
  all: readonly T[],
  isUsualStore: boolean,
  environment: Environment,
): readonly T[] {
  if (!isUsualStore) return all.slice(0, 2);
  return environment['LINSTOCK_CAMPAIGN'] === '1' ? all : all.filter((_, i) => i % 2 === 0);
}
