/** A line on the terminal that tells how far a long work is. */
export interface Progress {
  show(done: number): void;
  end(): void;
}

const EVERY_MS = 200;
const CLEAR_LINE = '\r\u001B[K';

/** Starts a progress line on standard error; silent where that is no terminal. */
export function startProgress(what: string): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const startedAt = performance.now();
  let shownAt = startedAt;
  return {
    show: (done) => {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      const perSecond = Math.round((done / (now - startedAt)) * 1000);
      stderr.write(`${CLEAR_LINE}${done.toLocaleString('en')} ${what}, ${perSecond.toLocaleString('en')}/s`);
    },
    end: () => stderr.write(CLEAR_LINE),
  };
}
