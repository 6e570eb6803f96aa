import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { FlakyLink, type LinkRules, type Trap, type TrapKind } from './flaky-link.ts';

/** Which request: one that contains this text, or that the function accepts (exact bytes). Default: the next. */
export type RequestMatcher = string | ((request: Buffer) => boolean);

/** The exact bytes of one request of a client. */
export interface CaughtRequest {
  readonly bytes: Buffer;
  /** Sends the same bytes over a fresh connection straight to the server; resolves with the raw reply. */
  deliver(): Promise<Buffer>;
}

/** A network between client and server that fails on demand. */
export interface FlakyProxy {
  readonly port: number;
  readonly url: string;
  /** Resets every connection (RST), at once. New ones are accepted. */
  cutAll(): void;
  /**
   * Drops everything in both directions while connections stay open. A connection that lost something
   * stays silent for good, as a half-open one does; switched off, only others and new ones work.
   */
  blackhole(isOn: boolean): void;
  /** Requests reach the server, replies are thrown away; a connection that lost one gets none any more. */
  dropReplies(isOn: boolean): void;
  /** Holds up every byte in both directions by this long, in order. 0 ends it. */
  delay(ms: number): void;
  /** Forwards the next such request and cuts its connection before the reply; resolves once it was executed. */
  cutAfterNextRequest(matcher?: RequestMatcher): Promise<CaughtRequest>;
  /** Forwards the next such request as usual and keeps a copy, to be delivered a second time later. */
  captureNextRequest(matcher?: RequestMatcher): Promise<CaughtRequest>;
  /** Keeps the next such request back and silences its connection: a call that arrives late, or never. */
  holdNextRequest(matcher?: RequestMatcher): Promise<CaughtRequest>;
  /** Closes everything. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a proxy on a free loopback port in front of 127.0.0.1:`targetPort`. */
export async function startFlakyProxy({ targetPort }: { readonly targetPort: number }): Promise<FlakyProxy> {
  const rules: LinkRules = { isBlackhole: false, areRepliesDropped: false, delayMs: 0, traps: [] };
  const links = new Set<FlakyLink>();
  const server = createServer({ noDelay: true }, (client) => {
    const link = new FlakyLink(
      client,
      connect({ port: targetPort, host: '127.0.0.1', noDelay: true }),
      rules,
    );
    links.add(link);
    link.onClosed(() => links.delete(link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const setTrap = async (kind: TrapKind, matcher: RequestMatcher = () => true): Promise<CaughtRequest> => {
    const bytes = await new Promise<Buffer>((resolve) => {
      rules.traps.push({ kind, matches: toFunction(matcher), spring: resolve } satisfies Trap);
    });
    return { bytes, deliver: () => deliver(bytes, targetPort) };
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    cutAll: () => links.forEach((link) => link.cut()),
    blackhole: (isOn) => void (rules.isBlackhole = isOn),
    dropReplies: (isOn) => void (rules.areRepliesDropped = isOn),
    delay: (ms) => void (rules.delayMs = ms),
    cutAfterNextRequest: (matcher) => setTrap('cut', matcher),
    captureNextRequest: (matcher) => setTrap('capture', matcher),
    holdNextRequest: (matcher) => setTrap('hold', matcher),
    async stop() {
      links.forEach((link) => link.cut());
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function toFunction(matcher: RequestMatcher): (request: Buffer) => boolean {
  return typeof matcher === 'string' ? (request) => request.includes(matcher) : matcher;
}

/** Half-closing tells Redis that no more comes: it answers, closes, and the reply is whole. */
async function deliver(bytes: Buffer, port: number): Promise<Buffer> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
