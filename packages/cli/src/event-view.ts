import type { JobTransition } from '@linstock/core';
import { EVENT_VERBS } from '@linstock/core/internal';
import type { TailView } from './tail.ts';
import type { Paint } from './table.ts';

const PAINTS: Readonly<Partial<Record<JobTransition['state'], Paint>>> = {
  processing: 'busy',
  succeeded: 'good',
  failed: 'bad',
  quarantine: 'bad',
  cancelled: 'faint',
  none: 'faint',
};
const longest = (words: readonly string[]): number => Math.max(...words.map((word) => word.length));

/** Transitions of jobs, as they come. */
export const EVENT_TAIL: TailView<JobTransition> = {
  columns: [
    { title: 'WHEN', value: ({ at }) => new Date(at).toISOString() },
    { title: 'VERB', value: ({ verb }) => verb, least: longest(EVENT_VERBS) },
    {
      title: 'STATE',
      value: ({ state }) => state,
      least: 'processing'.length,
      paint: ({ state }) => PAINTS[state] ?? 'plain',
    },
    { title: 'JOB', value: ({ id }) => id },
    { title: 'CURSOR', value: ({ cursor }) => cursor, isWide: true },
  ],
  id: ({ id }) => id,
};
