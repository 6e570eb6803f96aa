import { grouped } from './format-number.ts';

/** A line on the terminal that tells how far a long work is. */
export interface Progress {
  /** `total`: how many there are, where that is known. */
  show(done: number, total?: number): void;
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
    show: (done, total) => {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      const perSecond = Math.round((done / (now - startedAt)) * 1000);
      const most = total === undefined ? '' : ` of ${grouped(total)}`;
      const shown = `${grouped(done)}${most} ${what}`;
      stderr.write(`${CLEAR_LINE}${shown}, ${grouped(perSecond)}/s`);
    },
    end: () => stderr.write(CLEAR_LINE),
  };
}
