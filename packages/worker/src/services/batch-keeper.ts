import type { Chore, Shard } from '@linstock/core/internal';

/**
 * Does what is due of batches: removes drafts whose creators died, launches and cancels where a call was the last of its client,
 * forgets what ended long ago. Any number of workers may do so at one time.
 */
export async function tendBatches(
  { jobs }: Shard,
  due: ReadonlySet<Chore>,
  keepCancelled: number,
): Promise<void> {
  for (const chore of due) {
    const [what, batch = ''] = chore.split(':');
    if (what === 'draft' || what === 'forget') while ((await jobs.discard(batch, false)) === 'MORE');
    else if (what === 'launch') while ((await jobs.launch(batch)) === 'MORE');
    else if (what === 'halt') while ((await jobs.halt(batch, undefined, keepCancelled)) === 'MORE');
  }
}
