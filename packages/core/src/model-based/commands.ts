import * as fc from 'fast-check';
import type { Session } from './session.ts';
import { PERSONS } from './person-commands.ts';
import { PRODUCERS } from './producer-commands.ts';
import type { Tally } from './tally.ts';
import { WEATHER } from './weather-commands.ts';
import { WORKERS } from './worker-commands.ts';

/** The model of fast-check is the session's own: this only counts. */
export interface Progress {
  steps: number;
}

/** One run, as far as its steps need it. */
interface Run {
  readonly tally: Tally;
  check(): Promise<void>;
}

/** What a run does next: `picks` choose among what there is when it happens. */
export interface Step<R = Session> {
  readonly name: string;
  readonly act: (session: R, picks: readonly number[]) => Promise<unknown>;
  /** How often it is chosen among the others. */
  readonly weight: number;
}

class StepCommand<R extends Run> implements fc.AsyncCommand<Progress, R> {
  readonly #step: Step<R>;
  readonly #picks: readonly number[];

  constructor(step: Step<R>, picks: readonly number[]) {
    this.#step = step;
    this.#picks = picks;
  }

  check(): boolean {
    return true;
  }

  async run(progress: Progress, session: R): Promise<void> {
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

/** Sequences of steps. A step may be given another weight than its own. */
export function commandSequences(
  weights: Readonly<Record<string, number>> = {},
): fc.Arbitrary<Iterable<fc.AsyncCommand<Progress, Session>>> {
  return sequencesOf(
    STEPS.map((step) => ({ ...step, weight: weights[step.name] ?? step.weight })),
    MOST_COMMANDS,
  );
}

/** Sequences of steps; on average half as long as the longest. */
export function sequencesOf<R extends Run>(
  steps: readonly Step<R>[],
  maxCommands: number,
): fc.Arbitrary<Iterable<fc.AsyncCommand<Progress, R>>> {
  const picks = fc.array(fc.nat(999), { minLength: 8, maxLength: 8 });
  const commands = steps.flatMap((step) => {
    const one = picks.map((chosen): fc.AsyncCommand<Progress, R> => new StepCommand(step, chosen));
    return Array.from({ length: step.weight }, () => one);
  });
  return fc.commands(commands, { maxCommands, size: 'max' });
}
