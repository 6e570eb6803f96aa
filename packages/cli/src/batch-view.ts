import type { BatchView } from '@linstock/core';
import { formatExact, formatInstant } from './format-time.ts';
import type { Sheet } from './output.ts';
import type { Column, Paint } from './table.ts';

/** A batch as programs see it: every field is always there. */
export type BatchJson = ReturnType<typeof batchJson>;

const PAINTS: Readonly<Record<BatchView['state'], Paint>> = {
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'faint',
};

/** A batch for JSON; instants are ms since 1970. */
export function batchJson({ endedAt, cancelledBy, outer, ...batch }: BatchView) {
  return { ...batch, endedAt: endedAt ?? null, cancelledBy: cancelledBy ?? null, outer: outer ?? null };
}

/** Columns of lists of batches. */
export const BATCH_COLUMNS: readonly Column<BatchJson>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name, most: 40 },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => PAINTS[state] },
  { title: 'PROGRESS', value: progressText },
  {
    title: 'FAILED',
    value: ({ failed }) => String(failed),
    paint: ({ failed }) => (failed > 0 ? 'bad' : 'plain'),
  },
  { title: 'CREATED', value: ({ createdAt }) => formatInstant(createdAt) },
];

function progressText({ total, pending }: BatchJson): string {
  return `${total - pending} of ${total}`;
}

/** All of one batch. */
export function batchSheet(batch: BatchJson): Sheet {
  const { cancelledBy, endedAt, outer } = batch;
  return {
    json: batch,
    id: batch.id,
    fields: [
      ['Id', batch.id],
      ['Name', batch.name],
      ['State', batch.state, PAINTS[batch.state]],
      [
        'Ended',
        `${progressText(batch)}: ${batch.succeeded} succeeded, ${batch.failed} failed, ${batch.cancelled} cancelled`,
      ],
      ['Created', formatExact(batch.createdAt)],
      ['Finished', endedAt === null ? '-' : formatExact(endedAt)],
      ['Part of', outer ?? '-'],
      [
        'Cancelled by',
        cancelledBy === null
          ? '-'
          : `${cancelledBy.by}${cancelledBy.why === '' ? '' : `: ${cancelledBy.why}`}`,
      ],
    ],
  };
}
