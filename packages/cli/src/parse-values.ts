import type { Priority } from '@linstock/core';
import { OptionError } from '@linstock/core';
import { jobName, queueName, shortText, toMs } from '@linstock/core/internal';
import { InvalidArgumentError } from 'commander';

/** The most urgent first. */
export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low'];

/** Milliseconds of a duration such as `30s`. */
export function duration(text: string): number {
  const bare = /^\d+$/.test(text) ? Number(text) : text;
  try {
    return toMs(bare, 'duration');
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new InvalidArgumentError('It must be a duration such as 500ms, 30s, 10m, 1h30m or 3d.');
  }
}

/** A whole number within bounds. */
export function wholeNumberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A number of things in a second, of which a tenth is the least. */
export function rateUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= 0.1 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from 0.1 to ${most}.`);
  };
}

/** One of some words. */
export function oneOfWords<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`);
  };
}

/** The name of a queue. */
export function queue(text: string): string {
  const problem = queueName(text);
  if (problem === undefined) return text;
  throw new InvalidArgumentError(`A queue's name ${problem}.`);
}

/** The name of a job, or with a `*` at its end what names begin with. */
export function jobNames(text: string): string {
  const problem = text === '*' ? undefined : jobName(text.replace(/\*$/, ''));
  if (problem === undefined) return text;
  throw new InvalidArgumentError(`A job's name ${problem}; "*" may stand at its end.`);
}

/** A text of at most so many characters. */
export function textUpTo(most: number): (text: string) => string {
  const rule = shortText(most);
  return (text) => {
    const problem = rule(text);
    if (problem === undefined) return text;
    throw new InvalidArgumentError(`It ${problem}.`);
  };
}

/** Names of queues, in order. */
export function queueList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const weighted = names.find((name) => name.includes(':'));
  if (weighted !== undefined) {
    throw new InvalidArgumentError(
      `Weights ("${weighted}") are not available yet: queues are tried in the order given.`,
    );
  }
  if (new Set(names).size < names.length) throw new InvalidArgumentError('A queue is named twice.');
  return names.map(queue);
}

/** An instant: a date and time as ISO 8601 writes it, with its zone or `Z`; without one it is local. */
export function instant(text: string): Date {
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text);
  const at = new Date(isIso ? text : Number.NaN);
  if (!Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError('It must be a time such as 2030-01-31T09:00:00Z.');
}

/** A word with a meaning of its own, or what else may stand there. */
export function orWord<W extends string, T>(word: W, parse: (text: string) => T): (text: string) => T | W {
  return (text) => (text === word ? word : parse(text));
}
