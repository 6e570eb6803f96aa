import { useEffect, useState } from 'preact/hooks';

/** Ids of rows that somebody has selected. Nothing is when another list, by its key, is shown. */
export function useChosen(list: string): {
  readonly chosen: ReadonlySet<string>;
  /** Selects these; where all of them are, they are not any more. */
  readonly toggle: (ids: readonly string[]) => void;
  readonly clear: () => void;
} {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const clear = (): void => choose(new Set());
  useEffect(clear, [list]);
  const toggle = (ids: readonly string[]): void => {
    const next = new Set(chosen);
    const areAll = ids.every((id) => chosen.has(id));
    for (const id of ids)
      if (areAll) next.delete(id);
      else next.add(id);
    choose(next);
  };
  return { chosen, toggle, clear };
}
