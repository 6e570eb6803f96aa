import { useEffect, useState } from 'preact/hooks';

/** Ids of rows that somebody has selected. Nothing is when another list, by its key, is shown. */
export function useChosen(list: string): {
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
} {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const clear = (): void => choose(new Set());
  useEffect(clear, [list]);
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  return { chosen, toggle, clear };
}
