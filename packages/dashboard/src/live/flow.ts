import type { QueueView } from '@linstock/core';

/** What comes into a queue and is taken from it, per second. */
export interface Flow {
  readonly in: number;
  readonly out: number;
}

interface Sample {
  readonly at: number;
  readonly queues: ReadonlyMap<string, Counts>;
}

type Counts = Pick<QueueView, 'enqueued' | 'taken'>;

/** Rates are those of about the last minute. */
const WINDOW_MS = 60_000;
/** So many looks are kept of it: the window moves on in steps of 5 s. */
const STEP_MS = WINDOW_MS / 12;

/**
 * How fast queues fill and empty, from what is read anyway: nothing is counted when a job is enqueued. What waits now and did
 * not a while ago, with what was taken meanwhile, has come in; what was removed meanwhile counts against it.
 */
export class FlowMeter {
  #samples: readonly Sample[] = [];

  /** Takes what was read, and tells the rates since the first look of the last minute; undefined: there was none. */
  look(queues: readonly QueueView[], at: number): ReadonlyMap<string, Flow> | undefined {
    const samples = this.#samples.filter((sample) => sample.at > at - WINDOW_MS - STEP_MS && sample.at <= at);
    const [first] = samples;
    const isDue = at - (samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= STEP_MS;
    this.#samples = isDue ? [...samples, { at, queues: countsOf(queues) }] : samples;
    // Of less than a second every job would seem to be many.
    if (first === undefined || at - first.at < 1000) return undefined;
    return ratesSince(first, queues, (at - first.at) / 1000);
  }
}

function countsOf(queues: readonly QueueView[]): ReadonlyMap<string, Counts> {
  return new Map(queues.map(({ name, enqueued, taken }) => [name, { enqueued, taken }]));
}

/** A queue that was not there had nothing in it. Pure. */
function ratesSince(
  { queues: before }: Sample,
  queues: readonly QueueView[],
  seconds: number,
): ReadonlyMap<string, Flow> {
  return new Map(
    queues.map(({ name, enqueued, taken }) => {
      const then = before.get(name) ?? { enqueued: 0, taken: 0 };
      const left = Math.max(0, taken - then.taken);
      const came = Math.max(0, enqueued - then.enqueued + left);
      return [name, { in: hundredths(came / seconds), out: hundredths(left / seconds) }];
    }),
  );
}

/** No viewer sees more, and every digit is sent every second. */
export function hundredths(rate: number): number {
  return Math.round(rate * 100) / 100;
}
