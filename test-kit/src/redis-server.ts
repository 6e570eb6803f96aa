import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Redis } from 'ioredis';
// By path, not by package name: the cli's own tests use this kit, and a dependency both ways is a cycle.
import { findServer } from '../../packages/cli/src/store/find-server.ts';
import { type ServerProcess, startServerProcess } from '../../packages/cli/src/store/server-process.ts';
import { type ConnectionOptions, type Connections, trackConnections } from './connections.ts';
import { trackStore } from './running-stores.ts';

const START_TIMEOUT_MS = 20_000;

/** How to start a server of one's own. */
export interface StartRedisOptions {
  /** Whether writes reach the disk, and when. @default 'no' */
  readonly appendonly?: 'no' | 'everysec' | 'always';
  /** A limit, as Redis writes it (`'10mb'`); writes are refused beyond it. Default: none. */
  readonly maxmemory?: string;
  /** More settings, as on the command line; they win over all others. A configuration file comes first. */
  readonly extraArgs?: readonly string[];
  /** Default: a free port. */
  readonly port?: number;
  /** Folder for the data; the caller removes it. Default: a temporary one that `stop` removes. */
  readonly dir?: string;
}

/**
 * Starts a real server of this test's own, empty, on loopback.
 *
 * @throws StoreError `STORE_START_FAILED`, with the end of the server's log.
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<TestRedis> {
  const dir = options.dir ?? mkdtempSync(path.join(tmpdir(), 'linstock-redis-'));
  const isDirectoryTemporary = options.dir === undefined;
  const start = (port: number | undefined): Promise<ServerProcess> =>
    startServerProcess({
      program: requireServer(),
      directory: dir,
      settings: settingsOf(options),
      port,
      startTimeoutMs: START_TIMEOUT_MS,
      isDirectoryTemporary,
    });
  try {
    return new TestRedis({ server: await start(options.port), dir, isDirectoryTemporary, start });
  } catch (error) {
    if (isDirectoryTemporary) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

interface Parts {
  readonly server: ServerProcess;
  readonly dir: string;
  readonly isDirectoryTemporary: boolean;
  readonly start: (port: number) => Promise<ServerProcess>;
}

/** A server that a test may kill, pause and start again. */
export class TestRedis {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  readonly #start: (port: number) => Promise<ServerProcess>;
  readonly #isDirectoryTemporary: boolean;
  readonly #connections: Connections;
  readonly #untrack: () => void;
  #server: ServerProcess;

  constructor({ server, dir, isDirectoryTemporary, start }: Parts) {
    this.port = server.port;
    this.url = `redis://127.0.0.1:${server.port}`;
    this.dir = dir;
    this.#start = start;
    this.#isDirectoryTemporary = isDirectoryTemporary;
    this.#connections = trackConnections(server.port);
    this.#server = server;
    this.#untrack = trackStore(`redis-server on port ${server.port}`, () => this.#server.signal('SIGKILL'));
  }

  /** The process that serves now; another one after `restart`. */
  get pid(): number {
    return this.#server.pid;
  }

  /** A connection that `stop` closes. It survives `kill` and `restart` by reconnecting. */
  connect(options?: ConnectionOptions): Redis {
    return this.#connections.connect(options);
  }

  /** Ends the server with all its connections and removes its temporary folder. May be called twice. */
  async stop(): Promise<void> {
    this.#connections.closeAll();
    this.resume();
    await this.#server.stop();
    if (this.#isDirectoryTemporary) rmSync(this.dir, { recursive: true, force: true });
    this.#untrack();
  }

  /** SIGKILL: what was not on disk is lost. `restart` brings it back. */
  async kill(): Promise<void> {
    this.#server.signal('SIGKILL');
    await this.#server.ended;
  }

  /** Starts it again on the same port with the same data; stops it first (in good order) if it runs. */
  async restart(): Promise<void> {
    this.resume();
    await this.#server.stop();
    this.#server = await this.#start(this.port);
  }

  /** SIGSTOP: connections stay, nothing answers. */
  pause(): void {
    this.#server.signal('SIGSTOP');
  }

  /** SIGCONT: it goes on as if no time had passed for it. */
  resume(): void {
    this.#server.signal('SIGCONT');
  }
}

function requireServer(): string {
  const found = findServer();
  if (found === undefined)
    throw new Error('Tests need redis-server on PATH (Debian: apt-get install redis-server)');
  return found.path;
}

function settingsOf({ appendonly = 'no', maxmemory, extraArgs = [] }: StartRedisOptions): string[] {
  const [first, ...rest] = extraArgs;
  const startsWithFile = first !== undefined && !first.startsWith('--');
  return [
    ...(startsWithFile ? [first] : []),
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
    ...(appendonly === 'no' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendonly]),
    ...(maxmemory === undefined ? [] : ['--maxmemory', maxmemory]),
    ...(startsWithFile ? rest : extraArgs),
  ];
}
