import type { Pulse, PulseReader } from './pulse.ts';

/** So often an idle stream says something, so that proxies keep it open. */
const KEEP_ALIVE_MS = 15_000;
/** So often a stream asks whether who listens may still do so. */
const RENEW_MS = 5000;

/** What a viewer is told of a pulse, as JSON; `isFirst`: they were told of none yet. */
export type Report = (pulse: Pulse, isFirst: boolean) => string | Promise<string>;

/** What somebody is told, for as long as they may be. */
export interface Sight {
  readonly report: Report;
  /** What they are told from now on; undefined, or an error: nothing more, the stream ends. */
  readonly renew: () => Promise<Report | undefined>;
}

/**
 * Server-sent events: `pulse` about once a second, `trouble` while Redis cannot be read. Ends with the request, and when what one
 * may see has changed: whoever listens comes again by themselves, and is told why if they may not.
 */
export function streamPulses(pulses: PulseReader, signal: AbortSignal, sight: Sight): Response {
  const encoder = new TextEncoder();
  let stop = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let [isOver, isFirst, report] = [false, true, sight.report];
      const send = (text: string): void => {
        // A viewer that reads slowly misses pulses instead of filling memory.
        if (!isOver && (controller.desiredSize ?? 0) > -8) controller.enqueue(encoder.encode(text));
      };
      const tell = inOrder(
        (pulse) => report(pulse, isFirst),
        (told) => {
          isFirst = false;
          send(`event: pulse\ndata: ${told}\n\n`);
        },
      );
      const unsubscribe = pulses.subscribe((pulse, trouble) => {
        if (pulse !== undefined) tell(pulse);
        if (trouble !== undefined) send(`event: trouble\ndata: ${JSON.stringify(trouble)}\n\n`);
      });
      const renew = renewer(sight, (next) => {
        if (next !== undefined) report = next;
        else if (!isOver) {
          stop();
          controller.close();
        }
      });
      const timers = [setInterval(() => send(': here\n\n'), KEEP_ALIVE_MS), setInterval(renew, RENEW_MS)];
      for (const timer of timers) timer.unref();
      stop = () => {
        isOver = true;
        for (const timer of timers) clearInterval(timer);
        unsubscribe();
      };
      signal.addEventListener('abort', stop, { once: true });
      send('retry: 1000\n\n');
    },
    cancel() {
      stop();
    },
  });
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
  });
}

/** Asks again; who has not been answered by the next time is told nothing more. */
function renewer({ renew }: Sight, use: (report: Report | undefined) => void): () => void {
  let isAsking = false;
  return () => {
    if (isAsking) return use(undefined);
    isAsking = true;
    void renew()
      .catch(() => undefined)
      .then(use)
      .finally(() => (isAsking = false));
  };
}

/** Tells of one pulse after the other; of those that come while one is made, of none. */
function inOrder(
  report: (pulse: Pulse) => string | Promise<string>,
  tell: (told: string) => void,
): (pulse: Pulse) => void {
  let isBusy = false;
  return (pulse) => {
    const told = isBusy ? undefined : report(pulse);
    if (typeof told === 'string') return tell(told);
    if (told === undefined) return;
    isBusy = true;
    // Where nobody can say what may be seen, nothing is: whoever listens asks by themselves, and is told why.
    void told.then(tell, () => undefined).finally(() => (isBusy = false));
  };
}
