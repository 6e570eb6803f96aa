import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

export type Durability = 'none' | 'aof-everysec';

const READY_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 10;

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP port could be found.');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** Redis, or else Valkey. */
function findProgram(): string {
  return spawnSync('redis-server', ['--version']).error === undefined ? 'redis-server' : 'valkey-server';
}

const PROGRAM = findProgram();

function startServer(port: number, dir: string, durability: Durability): ChildProcess {
  const aof =
    durability === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', 'everysec'];
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', ...aof];
  return spawn(PROGRAM, settings, { stdio: 'ignore' });
}

/** A fresh Redis server of its own for one run, and what it says about itself. */
export class RedisServer {
  readonly port: number;
  readonly #server: ChildProcess;
  readonly #dir: string;
  readonly #connection: Redis;

  static async start(durability: Durability): Promise<RedisServer> {
    const port = await findFreePort();
    const server = new RedisServer(port, durability);
    await server.#waitUntilReady();
    return server;
  }

  private constructor(port: number, durability: Durability) {
    this.port = port;
    this.#dir = mkdtempSync(join(tmpdir(), 'linstock-bench-'));
    this.#server = startServer(port, this.#dir, durability);
    this.#server.on('error', () => {}); // told by #waitUntilReady
    process.once('exit', this.#abandon);
    this.#connection = new Redis({ host: '127.0.0.1', port, retryStrategy: () => READY_POLL_MS });
    this.#connection.on('error', () => {}); // refused while the server starts
  }

  /** User and system time of all the server's threads. */
  async cpuUs(): Promise<number> {
    const info = await this.#connection.info('cpu');
    return (numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys')) * 1e6;
  }

  /** Memory without what connections and the append-only file are buffering. */
  async usedMemoryBytes(): Promise<number> {
    const info = await this.#connection.info('memory');
    return (
      numberIn(info, 'used_memory') - numberIn(info, 'mem_clients_normal') - numberIn(info, 'mem_aof_buffer')
    );
  }

  async version(): Promise<string> {
    return /redis_version:(\S+)/.exec(await this.#connection.info('server'))?.[1] ?? 'unknown';
  }

  async stop(): Promise<void> {
    this.#connection.disconnect();
    process.off('exit', this.#abandon);
    if (this.#server.pid !== undefined && this.#server.exitCode === null) {
      const exited = once(this.#server, 'exit');
      this.#server.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #waitUntilReady(): Promise<void> {
    const deadlineMs = performance.now() + READY_TIMEOUT_MS;
    while (this.#connection.status !== 'ready') {
      if (
        this.#server.exitCode !== null ||
        this.#server.pid === undefined ||
        performance.now() > deadlineMs
      ) {
        await this.stop();
        throw new Error(`${PROGRAM} did not start. Is it installed and on the PATH?`);
      }
      await sleep(READY_POLL_MS);
    }
  }

  /** For an interrupted bench, which cannot wait for anything. */
  readonly #abandon = (): void => {
    this.#server.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  };
}

function numberIn(info: string, field: string): number {
  const match = new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info);
  if (match === null) throw new Error(`Redis does not report ${field}.`);
  return Number(match[1]);
}
