/** Every store this process started and has not stopped; `no-leaked-stores.ts` fails the test file for them. */
const running = new Map<symbol, { readonly what: string; readonly endNow: () => void }>();

/** Registers a started store. Call the result when it has been stopped. */
export function trackStore(what: string, endNow: () => void): () => void {
  const key = Symbol(what);
  running.set(key, { what, endNow });
  return () => void running.delete(key);
}

/** What runs still, one line each. */
export function runningStores(): string[] {
  return [...running.values()].map(({ what }) => what);
}

// The guards of the server processes do the same for ends that raise no event (SIGKILL, SIGTERM).
process.on('exit', () => {
  for (const { what, endNow } of running.values()) {
    process.stderr.write(`test-kit: ${what} was never stopped; ending it\n`);
    endNow();
  }
});
