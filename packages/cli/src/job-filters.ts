import type { JobState, Monitor } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import type { JobSearch, JobTerm } from '@linstock/core/internal';
import { searchOf } from '@linstock/core/internal';
import { listOption, option } from './command.ts';
import { duration, jobNames, oneOfWords, queue, textUpTo } from './parse-values.ts';
import { termText, whereTerm } from './where-term.ts';

/** Which jobs are meant: those that have all of these. */
export interface FilterFlags {
  readonly state?: JobState;
  readonly queue?: string;
  readonly name?: string;
  readonly tag?: string;
  readonly error?: string;
  readonly where?: readonly JobTerm[];
  /** Not older than so many ms. */
  readonly since?: number;
}

const SINGLE = ['state', 'queue', 'name', 'tag', 'error'] as const;

/** The options for {@link FilterFlags}. */
export const filterOptions = [
  option('--state <state>', JOB_STATES.join(', '), oneOfWords(JOB_STATES)),
  option('--queue <name>', 'in this queue', queue),
  option('--name <name>', 'of this name; with "*" at its end, all that begin so', jobNames),
  option('--tag <tag>', 'with this tag', textUpTo(64)),
  option('--error <text>', 'with this text in the last error; capitals do not count', textUpTo(500)),
  listOption(
    '--where <condition>',
    'with such a value, as in input.user.id=7 (or != < <= > >=); several times: all must hold',
    whereTerm,
  ),
  option(
    '--since <duration>',
    'not older: since they ended or began to wait for others, else since they were made',
    duration,
  ),
];

/** What help says of them. */
export const FILTER_DETAILS =
  '--where compares numbers as numbers and texts as texts, without regard to capitals; of a value that is not there nothing is so.';

/** Whether any filter was given. */
export function hasFilter(flags: FilterFlags): boolean {
  const { where, since } = flags;
  return where !== undefined || since !== undefined || SINGLE.some((key) => flags[key] !== undefined);
}

/** What filters ask for. */
export interface Wanted {
  readonly search: JobSearch;
  /** The same for people, much as a search of the dashboard is written. */
  readonly text: string;
}

/** Reads filters; ages count by the clock of Redis. */
export async function wantedJobs(monitor: Monitor, flags: FilterFlags): Promise<Wanted> {
  const now = flags.since === undefined ? Date.now() : (await monitor.overview()).at;
  const since = flags.since === undefined ? undefined : now - flags.since;
  const terms = [
    ...SINGLE.flatMap((key) => (flags[key] === undefined ? [] : [{ key, value: flags[key] }])),
    ...(flags.where ?? []),
  ];
  const age = since === undefined ? [] : [`since:${new Date(since).toISOString()}`];
  return { search: searchOf({ terms, since }, now), text: [...terms.map(termText), ...age].join(' ') };
}
