import type { Resource } from './resource.ts';

/** What an entry of a list tells of itself. */
export type Item = Omit<Resource, 'kind'>;

/** Whether somebody may see an entry of what they may not see all of. */
export type Allows = (item: Item) => Promise<boolean>;

/** The entries that are allowed, in their order; one that does not tell what it is, is not. */
export async function onlyAllowed<T>(
  entries: readonly T[],
  itemOf: (entry: T) => Item | undefined,
  allows: Allows,
): Promise<T[]> {
  const answers = await Promise.all(
    entries.map(async (entry) => {
      const item = itemOf(entry);
      return item !== undefined && (await allows(item));
    }),
  );
  return entries.filter((_, i) => answers[i]);
}

/** Asks about each queue once: of thousands of queues, for a stream that tells of them every second until it asks anew. */
export function rememberQueues(allows: Allows): Allows {
  const answers = new Map<string, Promise<boolean>>();
  return ({ queue = '' }) => {
    const known = answers.get(queue) ?? allows({ queue });
    answers.set(queue, known);
    return known;
  };
}
