import type { Pulse, PulseReader } from './pulse.ts';

/** So often an idle stream says something, so that proxies keep it open. */
const KEEP_ALIVE_MS = 15_000;

/** What a viewer is told of a pulse, as JSON. */
type Report = (pulse: Pulse) => string | Promise<string>;

/** Server-sent events: `pulse` about once a second, `trouble` while Redis cannot be read. Ends with the request. */
export function streamPulses(pulses: PulseReader, signal: AbortSignal, report: Report): Response {
  const encoder = new TextEncoder();
  let stop = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => {
        // A viewer that reads slowly misses pulses instead of filling memory.
        if ((controller.desiredSize ?? 0) > -8) controller.enqueue(encoder.encode(text));
      };
      const tell = inOrder(report, (told) => send(`event: pulse\ndata: ${told}\n\n`));
      const unsubscribe = pulses.subscribe((pulse, trouble) => {
        if (pulse !== undefined) tell(pulse);
        if (trouble !== undefined) send(`event: trouble\ndata: ${JSON.stringify(trouble)}\n\n`);
      });
      const keepAlive = setInterval(() => send(': here\n\n'), KEEP_ALIVE_MS);
      keepAlive.unref();
      stop = () => {
        clearInterval(keepAlive);
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

/** Tells of one pulse after the other; of those that come while one is made, of none. */
function inOrder(report: Report, tell: (told: string) => void): (pulse: Pulse) => void {
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
