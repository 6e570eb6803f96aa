import { Redis, type RedisOptions } from 'ioredis';

/** What a test may set; replies keep their classic shapes, as in our own connections. */
export type ConnectionOptions = RedisOptions & { readonly replyMapping?: 'legacy' };

/** Connections to one port that are closed together. */
export interface Connections {
  /** A new connection; it connects by itself, and reconnects until closed. */
  connect(options?: ConnectionOptions): Redis;
  /** Cuts them all; commands in flight reject. */
  closeAll(): void;
}

/** Makes connections to 127.0.0.1:`port` and remembers them. */
export function trackConnections(port: number): Connections {
  const open = new Set<Redis>();
  return {
    connect(options = {}) {
      const connection = new Redis({ port, host: '127.0.0.1', ...options });
      // Servers die on purpose here. Commands still reject; only the client's own complaint is silenced.
      connection.on('error', () => undefined);
      connection.once('end', () => open.delete(connection));
      open.add(connection);
      return connection;
    },
    closeAll() {
      for (const connection of open) connection.disconnect();
      open.clear();
    },
  };
}
