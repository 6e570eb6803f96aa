import path from 'node:path';
import { lockDirectory } from './directory-lock.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

// everysec: a crash of the machine loses a second of work, which is what a development store is worth.
const SETTINGS = [
  ['--appendonly', 'yes'],
  ['--appendfsync', 'everysec'],
  ['--save', ''],
  ['--maxmemory-policy', 'noeviction'],
].flat();

/** A server whose data stay in `directory` and are there again at the next start. */
export type LocalServer = Pick<ServerProcess, 'port' | 'pid' | 'ended' | 'stop'>;

/**
 * Starts a server on a free loopback port that keeps an append-only file in `directory`.
 *
 * @throws StoreError `STORE_DIRECTORY_BUSY` when another process uses the folder; `STORE_START_FAILED`.
 */
export async function startLocalServer(program: string, directory: string): Promise<LocalServer> {
  const absolute = path.resolve(directory);
  const lock = lockDirectory(absolute);
  try {
    const server = await startServerProcess({ program, directory: absolute, settings: SETTINGS });
    const stop = (): Promise<void> => server.stop().finally(() => lock.release());
    return { port: server.port, pid: server.pid, ended: server.ended, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}
