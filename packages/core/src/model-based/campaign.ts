import * as fc from 'fast-check';
import { commandSequences } from './commands.ts';
import type { Place, Tally } from './session.ts';
import { Session } from './session.ts';

/** How many runs, and how. */
export interface Campaign {
  readonly runs: number;
  readonly seed: number;
  /** How many runs take place at once. */
  readonly lanes: number;
  readonly tally: Tally;
  /** Whether a failure is reduced to its shortest form; without, the first one ends the campaign. */
  readonly shrink: boolean;
  readonly newPlace: () => Place;
}

/** Random runs of commands, each compared with the model and checked after every step. */
export async function runCampaign({ runs, seed, lanes, tally, shrink, newPlace }: Campaign): Promise<void> {
  const commands = commandSequences();
  const property = fc.asyncProperty(commands, async (sequence) => {
    const session = new Session(newPlace(), tally);
    await session.start();
    try {
      await fc.asyncModelRun(() => ({ model: { steps: 0 }, real: session }), sequence);
    } finally {
      await session.end();
    }
  });
  const isOver = { value: false };
  const lane = async (i: number): Promise<void> => {
    const numRuns = Math.ceil(runs / lanes);
    await fc.assert(property, { numRuns, seed: seed + i, unbiased: true, endOnFailure: !shrink }).finally(() => (isOver.value = true));
  };
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
}
