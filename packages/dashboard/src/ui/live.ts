import { signal } from '@preact/signals';
import { ApiError, get, session } from './api.ts';
import type { Pulse, Rates } from './types.ts';

/** How the installation is; undefined until the first look. */
export const pulse = signal<Pulse | undefined>(undefined);
/** What keeps it from being read; undefined: nothing. */
export const trouble = signal<{ readonly code: string; readonly message: string } | undefined>(undefined);

/** The last minutes, the oldest first. */
export const rates = signal<readonly Rates[]>([]);
const MOST_RATES = 200;

function take(next: Pulse): void {
  pulse.value = next;
  trouble.value = undefined;
  // Who begins to look is told what they have missed.
  const [first = { at: Infinity }] = next.rates;
  rates.value = [...rates.peek().filter(({ at }) => at < first.at), ...next.rates].slice(-MOST_RATES);
}

const POLL_MS = 2000;
/** So long without a word, the stream counts as broken: a proxy may swallow it. */
const SILENCE_MS = 5000;

let source: EventSource | undefined;
let lastHeardAt = 0;

function listen(): void {
  source?.close();
  source = new EventSource('api/live');
  source.addEventListener('pulse', (event) => {
    lastHeardAt = Date.now();
    take(JSON.parse(event.data as string) as Pulse);
  });
  source.addEventListener('trouble', (event) => {
    lastHeardAt = Date.now();
    trouble.value = JSON.parse(event.data as string) as { code: string; message: string };
  });
}

async function poll(): Promise<void> {
  try {
    take(await get<Pulse>('overview'));
  } catch (error) {
    const known = error instanceof ApiError;
    trouble.value = {
      code: known ? error.code : 'DASHBOARD_UNREACHABLE',
      message: known ? error.message : 'the dashboard itself does not answer',
    };
  }
}

/** Listens to the stream while the page is visible; asks by itself when that says nothing. */
export function startLive(): void {
  const tick = (): void => {
    if (session.peek()?.user === null || document.hidden) return;
    if (source === undefined || source.readyState === EventSource.CLOSED) listen();
    if (Date.now() - lastHeardAt > SILENCE_MS) void poll();
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
    } else tick();
  });
  setInterval(tick, POLL_MS);
  tick();
}
