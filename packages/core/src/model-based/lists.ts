/** Texts in their order, as a new list. */
export function sorted(texts: Iterable<string>): string[] {
  const list = [...texts];
  list.sort();
  return list;
}

/** The same from the last to the first, as a new list. */
export function reversed<T>(all: Iterable<T>): T[] {
  const list = [...all];
  list.reverse();
  return list;
}
