/** Jobs per bulk call, and bulk calls in flight: the same for every library that does not split by itself. */
const CHUNK_JOBS = 1_000;
const CALLS_IN_FLIGHT = 2;

/** Jobs that follow each other, and those they follow: every other one. The last of an odd number follows none. */
export function inPairs<T>(items: readonly T[]): (readonly [first: T, then: T | undefined])[] {
  const firsts = items.filter((_, index) => index % 2 === 0);
  return firsts.map((first, index) => [first, items[2 * index + 1]] as const);
}

export async function inChunks<T>(
  items: readonly T[],
  send: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const sendNext = async (): Promise<void> => {
    while (next < items.length) {
      const chunk = items.slice(next, next + CHUNK_JOBS);
      next += CHUNK_JOBS;
      await send(chunk);
    }
  };
  await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, sendNext));
}
