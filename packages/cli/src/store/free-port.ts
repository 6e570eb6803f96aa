import { createServer } from 'node:net';

// Below the ports that Linux (32768…) and macOS (49152…) give to outgoing connections:
// a server that stops and starts again finds its port still free.
const LOWEST_PORT = 11_000;
const HIGHEST_PORT = 31_999;
const MAX_TRIES = 50;

/**
 * Finds a loopback port on which nothing listens. Somebody may take it before the caller does, so callers
 * that bind it must be ready to ask again.
 *
 * @throws Error when 50 random ports were all taken.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT + 1));
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST_PORT} and ${HIGHEST_PORT} in ${MAX_TRIES} tries`);
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}
