import type { BlockView, LimitView } from '@linstock/core';
import type { Sheet } from './output.ts';
import type { Column } from './table.ts';

/** Something that jobs wait for, as programs see it: every field is always there. */
export type BlockJson = ReturnType<typeof blockJson>;

/** Something that jobs wait for, for JSON. */
export function blockJson({ running, next, ...block }: BlockView) {
  return { ...block, running: running ?? null, next: next ?? null };
}

/** Columns of lists of what jobs wait for. */
export const BLOCK_COLUMNS: readonly Column<BlockJson>[] = [
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'KEY', value: ({ key }) => key, most: 60 },
  { title: 'WAITING', value: ({ waiting }) => String(waiting), paint: () => 'busy' },
  { title: 'RUNNING', value: ({ running }) => (running === null ? '-' : String(running)) },
  { title: 'NEXT', value: ({ next }) => next ?? '-' },
  { title: 'HOLDERS', value: ({ holders }) => holders.join(', '), isWide: true },
];

/** All that is held by one key. */
export function limitSheet(limit: LimitView): Sheet {
  const places = limit.places.map(({ job, worker, right }) => ({
    job,
    worker: worker ?? null,
    right: right ?? null,
  }));
  return {
    json: { ...limit, places },
    id: limit.key,
    fields: [
      ['Key', limit.key],
      ['Taken', String(limit.taken)],
      ['Places', places.length === 0 ? 'nobody has one' : places.map(placeText)],
      ['Waiting', `${limit.waiting} for a place, ${limit.waitingForRate} for its rate`],
      ['Rate', limit.isCounting ? 'some of it is used up' : 'nothing of it is used up'],
    ],
  };
}

const RIGHTS = {
  runs: 'runs',
  stops: 'was ended by a person, its handler may still run',
  waits: 'has its turn, and waits for a slot',
} as const;

function placeText({
  job,
  worker,
  right,
}: {
  readonly job: string;
  readonly worker: string | null;
  readonly right: keyof typeof RIGHTS | null;
}): string {
  const by = worker === null ? '' : ` on worker ${worker}`;
  return right === null ? `${job}${by}: has no right to it, release it` : `${job}${by}: ${RIGHTS[right]}`;
}
