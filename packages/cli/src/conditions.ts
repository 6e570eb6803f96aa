import type { JobState } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import { closest, toMs } from '@linstock/core/internal';
import { UsageError } from './errors.ts';

/** What conditions of `status --fail-on` look at. */
export interface Measures {
  readonly counts: Readonly<Record<JobState, number>>;
  readonly workers: number;
  readonly quarantined: number;
  readonly paused: number;
  /** For how long the job waits that has waited longest, ms; 0: none waits. */
  readonly oldest: number;
}

/** A condition that makes `status` fail. */
export interface Condition {
  readonly text: string;
  readonly holds: (measures: Measures) => boolean;
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};
const COUNTED = [...JOB_STATES, 'workers', 'quarantined', 'paused'] as const;
const KNOWN = `no-workers, or one of ${COUNTED.join(', ')} compared by > >= < <= with a number, such as failed>0, or oldest compared with a duration, such as oldest>5m`;

/** Conditions as `--fail-on` takes them. Throws `USAGE` for one that cannot be checked. */
export function parseConditions(text: string): Condition[] {
  return text.split(',').map((part) => parseCondition(part.trim()));
}

function parseCondition(text: string): Condition {
  if (text === 'no-workers') return { text, holds: ({ workers }) => workers === 0 };
  const [, word = '', comparison = '', number = ''] = /^([a-z-]+)\s*(>=|<=|>|<)\s*(\w+)$/.exec(text) ?? [];
  const compare = COMPARISONS[comparison];
  if (word === 'oldest' && compare !== undefined) {
    const ms = ageIn(text, number);
    return { text, holds: ({ oldest }) => compare(oldest, ms) };
  }
  const measure = COUNTED.find((known) => known === word);
  if (measure === undefined || compare === undefined || !/^\d{1,12}$/.test(number)) throw unknown(text, word);
  return { text, holds: (measures) => compare(valueOf(measures, measure), Number(number)) };
}

/** A number without a unit may mean seconds to one and milliseconds to another. */
function ageIn(text: string, age: string): number {
  try {
    return toMs(age, 'age');
  } catch {
    throw new UsageError(`--fail-on ${text}: the age must be a duration such as 30s, 5m or 1h30m`);
  }
}

function valueOf(measures: Measures, measure: (typeof COUNTED)[number]): number {
  if (measure === 'workers' || measure === 'quarantined' || measure === 'paused') return measures[measure];
  return measures.counts[measure];
}

function unknown(text: string, word: string): UsageError {
  const guess = closest(word === '' ? text : word, ['no-workers', 'oldest', ...COUNTED]);
  const advice = guess === undefined || guess === word ? '' : `did you mean ${guess}? `;
  return new UsageError(`--fail-on ${text}: ${advice}it must be ${KNOWN}`);
}
