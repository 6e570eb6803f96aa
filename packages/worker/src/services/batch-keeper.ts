import type { Chore, Shard } from '@linstock/core/internal';

/**
 * Does what is due of batches: removes drafts whose creators died, launches and cancels where a call was the last of its client,
 * forgets what ended long ago. Any number of workers may do so at one time. @throws the first error, after all were tried
 */
export async function tendBatches(
  shard: Shard,
  due: ReadonlySet<Chore>,
  keepCancelled: number,
): Promise<void> {
  const failures: unknown[] = [];
  for (const chore of due) {
    try {
      await tend(shard, chore, keepCancelled);
    } catch (error) {
      // One batch that is damaged must not stop the others.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function tend({ jobs }: Shard, chore: Chore, keepCancelled: number): Promise<void> {
  const [what, batch = ''] = chore.split(':');
  if (what === 'draft' || what === 'forget') while ((await jobs.discard(batch, false)) === 'MORE');
  else if (what === 'launch') while ((await jobs.launch(batch)) === 'MORE');
  else if (what === 'halt') while ((await jobs.halt(batch, undefined, keepCancelled)) === 'MORE');
}
