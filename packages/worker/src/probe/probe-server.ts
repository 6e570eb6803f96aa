import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { LinstockError } from '@linstock/core';

/** Where a probe listens. */
export interface ProbeAddress {
  /** 0 to 65535; 0: any that is free. */
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
}

/** A probe that listens. */
export interface ProbeServer {
  readonly port: number;
  /** Ends it at once. May be called twice. */
  close(): Promise<void>;
}

/** What is sent. */
export interface ProbeAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const LIMITS = { maxHeaderSize: 8 * 1024, requestTimeout: 10_000, headersTimeout: 5000 };

/** Listens until it is closed. It does not keep the process alive. @throws {LinstockError} `PORT_UNAVAILABLE` */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { port, host = '127.0.0.1' }: ProbeAddress,
): Promise<ProbeServer> {
  const server = createServer(LIMITS, answer);
  const problem = await new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve).listen({ port, host }, () => resolve(undefined));
  });
  if (problem !== undefined)
    throw new LinstockError(
      'PORT_UNAVAILABLE',
      `port ${port} of ${host} cannot be used for the probe: ${problem.message}; give it another one`,
      { port, host },
      problem,
    );
  server.unref();
  // A connection that cannot be taken (no file descriptors are left) must not end the worker; whoever asks has no answer.
  server.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    server.close();
    // Whoever scrapes keeps its connection open.
    server.closeAllConnections();
    await closed;
  };
  return { port: (server.address() as { port: number }).port, close };
}
