import * as fc from 'fast-check';
import type { Session } from './session.ts';
import { PERSONS } from './person-commands.ts';
import { PRODUCERS } from './producer-commands.ts';
import { WEATHER } from './weather-commands.ts';
import { WORKERS } from './worker-commands.ts';

/** The model of fast-check is the session's own: this only counts. */
export interface Progress {
  steps: number;
}

/** What a run does next: `picks` choose among what there is when it happens. */
export interface Step {
  readonly name: string;
  readonly act: (session: Session, picks: readonly number[]) => Promise<unknown>;
  /** How often it is chosen among the others. */
  readonly weight: number;
}

class StepCommand implements fc.AsyncCommand<Progress, Session> {
  readonly #step: Step;
  readonly #picks: readonly number[];

  constructor(step: Step, picks: readonly number[]) {
    this.#step = step;
    this.#picks = picks;
  }

  check(): boolean {
    return true;
  }

  async run(progress: Progress, session: Session): Promise<void> {
    progress.steps++;
    session.tally.commands++;
    await this.#step.act(session, this.#picks);
    await session.check();
  }

  toString(): string {
    return `${this.#step.name}(${this.#picks.join(' ')})`;
  }
}

const STEPS: readonly Step[] = [...PRODUCERS, ...WORKERS, ...PERSONS, ...WEATHER];
const MOST_COMMANDS = 72;

/** Sequences of steps; on average half as long as the longest. A step may be given another weight than its own. */
export function commandSequences(
  weights: Readonly<Record<string, number>> = {},
): fc.Arbitrary<Iterable<fc.AsyncCommand<Progress, Session>>> {
  const picks = fc.array(fc.nat(999), { minLength: 8, maxLength: 8 });
  const commands = STEPS.flatMap((step) => {
    const one = picks.map((chosen): fc.AsyncCommand<Progress, Session> => new StepCommand(step, chosen));
    return Array.from({ length: weights[step.name] ?? step.weight }, () => one);
  });
  return fc.commands(commands, { maxCommands: MOST_COMMANDS, size: 'max' });
}
