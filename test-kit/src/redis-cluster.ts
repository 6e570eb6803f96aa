import { Cluster } from 'ioredis';
import { findFreePort } from '../../packages/cli/src/store/free-port.ts';
import { eventually } from './eventually.ts';
import { startRedis, type TestRedis } from './redis-server.ts';

const SLOTS = 16_384;
const FORM_TIMEOUT_MS = 30_000;

type ClusterOptions = NonNullable<ConstructorParameters<typeof Cluster<'legacy'>>[1]>;

/** A cluster of masters without replicas, on loopback. */
export interface TestCluster {
  readonly nodes: readonly TestRedis[];
  /** One URL per node. */
  readonly urls: readonly string[];
  /** A cluster client that `stop` closes. */
  connect(options?: ClusterOptions): Cluster;
  stop(): Promise<void>;
}

/** Starts a real Redis Cluster and waits until every node says that it is whole. Takes about 3 s. */
export async function startRedisCluster({ masters = 3 } = {}): Promise<TestCluster> {
  const nodes: TestRedis[] = [];
  const clients = new Set<Cluster>();
  const stop = async (): Promise<void> => {
    for (const client of clients) client.disconnect();
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const busPorts: number[] = [];
    for (let index = 0; index < masters; index++) {
      busPorts.push(await findFreePort());
      nodes.push(await startRedis({ extraArgs: nodeSettings(busPorts[index] ?? 0) }));
    }
    await assignSlots(nodes);
    await meet(nodes, busPorts);
    await waitUntilWhole(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const connect = (options: ClusterOptions = {}): Cluster => {
    const client = new Cluster(
      nodes.map(({ port }) => ({ port, host: '127.0.0.1' })),
      options,
    );
    client.on('error', () => undefined);
    clients.add(client);
    return client;
  };
  return { nodes, urls: nodes.map(({ url }) => url), connect, stop };
}

function nodeSettings(busPort: number): string[] {
  return ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '10000'];
}

async function assignSlots(nodes: readonly TestRedis[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const first = Math.floor((index * SLOTS) / nodes.length);
    const last = Math.floor(((index + 1) * SLOTS) / nodes.length) - 1;
    await ask(node, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await ask(node, 'CLUSTER', 'ADDSLOTSRANGE', first, last);
  }
}

async function meet(nodes: readonly TestRedis[], busPorts: readonly number[]): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const node of others) {
    await ask(node, 'CLUSTER', 'MEET', '127.0.0.1', first.port, busPorts[0] ?? 0);
  }
}

async function waitUntilWhole(nodes: readonly TestRedis[]): Promise<void> {
  const isWhole = async (node: TestRedis): Promise<boolean> => {
    const info = String(await ask(node, 'CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
  };
  await eventually(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean), {
    timeoutMs: FORM_TIMEOUT_MS,
    intervalMs: 50,
  });
}

async function ask(
  node: TestRedis,
  command: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  const connection = node.connect();
  try {
    return await connection.call(command, ...args);
  } finally {
    connection.disconnect();
  }
}
