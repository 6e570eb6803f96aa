import type { PulseReader } from './pulse.ts';
import { reportOf } from './report.ts';

/** So often an idle stream says something, so that proxies keep it open. */
const KEEP_ALIVE_MS = 15_000;

/** Server-sent events: `pulse` about once a second, `trouble` while Redis cannot be read. Ends with the request. */
export function streamPulses(pulses: PulseReader, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  let stop = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => {
        // A viewer that reads slowly misses pulses instead of filling memory.
        if ((controller.desiredSize ?? 0) > -8) controller.enqueue(encoder.encode(text));
      };
      const unsubscribe = pulses.subscribe((pulse, trouble) => {
        if (pulse !== undefined) send(`event: pulse\ndata: ${reportOf(pulse)}\n\n`);
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
