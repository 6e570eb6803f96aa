import type { ShardPage } from './page-reader.ts';

/** An entry of a page, and by its number the shard that has it. */
export type MergedEntry = ShardPage['entries'][number] & { readonly shard: number };

/** The entries of all shards in one order, in which none of a shard passes another one of it. Pure. */
export function mergePages(pages: readonly Pick<ShardPage, 'entries'>[]): readonly MergedEntry[] {
  const all = pages.flatMap(({ entries }, shard) => {
    let last = Number.NEGATIVE_INFINITY;
    return entries.map((entry) => {
      last = Math.max(last, entry.order);
      return { ...entry, order: last, shard };
    });
  });
  return all.toSorted((a, b) => a.order - b.order);
}
