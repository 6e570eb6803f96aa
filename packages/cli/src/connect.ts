import { Client, Monitor, RedisError } from '@linstock/core';
import { Connection } from '@linstock/core/internal';
import type { Settings } from './options.ts';

/** A command is waited for by a person: an enqueue is not repeated for a minute. */
const RETRY_FOR = '5s';
const COMMAND_TIMEOUT_MS = 5000;
const REFUSED_MS = 1000;

/** Opens a plain connection. Throws `REDIS_UNREACHABLE` or `REDIS_REFUSED` after the time that the settings give. */
export async function openConnection({ redis, connectTimeoutMs }: Settings): Promise<Connection> {
  const connection = new Connection(redis, 'commands', { commandTimeoutMs: COMMAND_TIMEOUT_MS });
  try {
    await waitUntilReady(connection, connectTimeoutMs);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** A server that is just starting refuses for a moment; one that goes on refusing is not there. */
async function waitUntilReady(connection: Connection, timeoutMs: number): Promise<void> {
  const firstMs = Math.min(timeoutMs, REFUSED_MS);
  try {
    await connection.ready(firstMs);
  } catch (error) {
    if (firstMs === timeoutMs || !(error instanceof RedisError) || isRefused(error)) throw error;
    await connection.ready(timeoutMs - firstMs);
  }
}

function isRefused({ code, cause }: RedisError): boolean {
  const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code !== 'REDIS_UNREACHABLE' || reason === 'ECONNREFUSED' || reason === 'ENOTFOUND';
}

/** Throws when Redis cannot be reached: a client or monitor by itself would try for 10 s. */
async function assertReachable(settings: Settings): Promise<void> {
  (await openConnection(settings)).close();
}

/** Runs something with a monitor, and closes it. */
export async function withMonitor<T>(settings: Settings, use: (monitor: Monitor) => Promise<T>): Promise<T> {
  const monitor = new Monitor(installation(settings));
  try {
    await assertReachable(settings);
    return await use(monitor);
  } finally {
    await monitor.close();
  }
}

/** Runs something with a client, and closes it. */
export async function withClient<T>(settings: Settings, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...installation(settings), retryFor: RETRY_FOR });
  try {
    await assertReachable(settings);
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Runs something with both, and closes them. */
export function withBoth<T>(
  settings: Settings,
  use: (both: { readonly client: Client; readonly monitor: Monitor }) => Promise<T>,
): Promise<T> {
  return withClient(settings, async (client) => {
    const monitor = new Monitor(installation(settings));
    try {
      return await use({ client, monitor });
    } finally {
      await monitor.close();
    }
  });
}

function installation({ redis, namespace }: Settings): Pick<Settings, 'redis' | 'namespace'> {
  return { redis, namespace };
}
