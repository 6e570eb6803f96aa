import type { Redis } from 'ioredis';
// By path for the same reason as in redis-server.ts.
import { startEmbeddedServer } from '../../packages/cli/src/store/embedded-server.ts';
import { type ConnectionOptions, trackConnections } from './connections.ts';
import { trackStore } from './running-stores.ts';

/** The embedded store, as `linstock dev` runs it. */
export interface TestEmbedded {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** A connection that `stop` closes. */
  connect(options?: ConnectionOptions): Redis;
  /** Ends it; everything in it is gone. May be called twice. */
  stop(): Promise<void>;
}

/** Starts an embedded store (Valkey as WebAssembly). Needs a build of the cli. */
export async function startEmbedded(): Promise<TestEmbedded> {
  const server = await startEmbeddedServer();
  const { port, pid } = server;
  const connections = trackConnections(port);
  const untrack = trackStore(`embedded store on port ${port}`, () => process.kill(pid, 'SIGKILL'));
  return {
    port,
    pid,
    url: `redis://127.0.0.1:${port}`,
    connect: (options) => connections.connect(options),
    async stop() {
      connections.closeAll();
      await server.stop();
      untrack();
    },
  };
}
