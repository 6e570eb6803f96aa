import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { ConnectionOptions } from './connections.ts';
import { eventually } from './eventually.ts';
import { startRedis, type TestRedis } from './redis-server.ts';

const SET_NAME = 'linstock-test';
const FORM_TIMEOUT_MS = 30_000;

/** How many sentinels, and how fast they judge. */
export interface StartSentinelOptions {
  /** 1 or 3. @default 1 */
  readonly sentinels?: 1 | 3;
  /** Silence after which the master counts as down, in ms; a busy machine is silent for a while too. @default 2000 */
  readonly downAfterMs?: number;
}

/** One master, one replica and their sentinels. */
export interface TestSentinel {
  /** The name under which the sentinels know the master. */
  readonly name: string;
  /** The server that was the master at first. */
  readonly master: TestRedis;
  readonly replica: TestRedis;
  readonly sentinels: readonly TestRedis[];
  /** Addresses for a client of sentinels. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** Port of the master as the first sentinel sees it now. */
  masterPort(): Promise<number>;
  /** A client that follows the master; `stop` closes it. */
  connect(options?: ConnectionOptions): Redis;
  stop(): Promise<void>;
}

/** Starts a master with a replica, watched by sentinels, and waits until they all know each other. */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<TestSentinel> {
  const started: TestRedis[] = [];
  const folders: string[] = [];
  const clients = new Set<Redis>();
  const start = async (...args: Parameters<typeof startRedis>): Promise<TestRedis> => {
    const server = await startRedis(...args);
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const client of clients) client.disconnect();
    await Promise.all(started.map((server) => server.stop()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const master = await start({ extraArgs: ['--repl-diskless-sync-delay', '0'] });
    const replica = await start({ extraArgs: ['--replicaof', `127.0.0.1 ${master.port}`] });
    const sentinels: TestRedis[] = [];
    for (let index = 0; index < (options.sentinels ?? 1); index++) {
      const folder = mkdtempSync(path.join(tmpdir(), 'linstock-sentinel-'));
      folders.push(folder);
      sentinels.push(
        await start({ dir: folder, extraArgs: [writeConfig(folder, master.port, options), '--sentinel'] }),
      );
    }
    await waitUntilKnown(sentinels);
    await waitUntilFollowing(replica);
    return publicFace({ master, replica, sentinels, clients, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

function writeConfig(folder: string, masterPort: number, options: StartSentinelOptions): string {
  const quorum = options.sentinels === 3 ? 2 : 1;
  const file = path.join(folder, 'sentinel.conf');
  const lines = [
    `sentinel monitor ${SET_NAME} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${SET_NAME} ${options.downAfterMs ?? 2000}`,
    `sentinel failover-timeout ${SET_NAME} 5000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function waitUntilKnown(sentinels: readonly TestRedis[]): Promise<void> {
  const knowsAll = async (sentinel: TestRedis): Promise<boolean> => {
    const view = await askSentinel(sentinel, 'INFO', 'sentinel');
    return (
      String(view).includes(`status=ok`) && String(view).includes(`slaves=1,sentinels=${sentinels.length}`)
    );
  };
  await eventually(async () => (await Promise.all(sentinels.map(knowsAll))).every(Boolean), {
    timeoutMs: FORM_TIMEOUT_MS,
    intervalMs: 50,
  });
}

/** A replica that has never followed its master is not promoted. */
async function waitUntilFollowing(replica: TestRedis): Promise<void> {
  const connection = replica.connect();
  try {
    await eventually(async () => (await connection.info('replication')).includes('master_link_status:up'), {
      timeoutMs: FORM_TIMEOUT_MS,
    });
  } finally {
    connection.disconnect();
  }
}

async function askSentinel(
  sentinel: TestRedis,
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  const connection = sentinel.connect({ enableReadyCheck: false });
  try {
    return await connection.call(command, ...args);
  } finally {
    connection.disconnect();
  }
}

interface Formed extends Pick<TestSentinel, 'master' | 'replica' | 'sentinels' | 'stop'> {
  readonly clients: Set<Redis>;
}

function publicFace({ clients, ...formed }: Formed): TestSentinel {
  const addresses = formed.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  const connect = (options: ConnectionOptions = {}): Redis => {
    const client = new Redis({ sentinels: addresses, name: SET_NAME, ...options });
    client.on('error', () => undefined);
    clients.add(client);
    return client;
  };
  const masterPort = async (): Promise<number> => {
    const [first] = formed.sentinels;
    if (first === undefined) throw new Error('There is no sentinel');
    const answer = await askSentinel(first, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', SET_NAME);
    return Number(Array.isArray(answer) ? answer[1] : Number.NaN);
  };
  return { ...formed, name: SET_NAME, addresses, masterPort, connect };
}
