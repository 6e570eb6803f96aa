import { existsSync, readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { startEmbedded, startRedis, startRedisCluster, startSentinel, type TestRedis } from './redis.ts';
import { runningStores } from './running-stores.ts';

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((store) => store.stop()));
});

async function keep<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const store = await starting;
  started.push(store);
  return store;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('stop ends the server, its connections and its folder, and may be called twice', async () => {
  const redis = await startRedis();
  const connection = redis.connect();
  await connection.set('k', 'v');
  expect(runningStores()).toEqual([`redis-server on port ${redis.port}`]);
  await redis.stop();
  await redis.stop();
  expect([isAlive(redis.pid), existsSync(redis.dir), runningStores()]).toEqual([false, false, []]);
  await eventually(() => connection.status === 'end');
});

test('what was on disk is there again after kill and restart, on the same port', async () => {
  const redis = await keep(startRedis({ appendonly: 'always' }));
  const { port, pid } = redis;
  await redis.connect().set('k', 'v');
  await redis.kill();
  await redis.restart();
  expect(redis.port).toBe(port);
  expect(redis.pid).not.toBe(pid);
  expect(await redis.connect().get('k')).toBe('v');
  expect(readdirSync(redis.dir)).toContain('appendonlydir');
});

test('a paused server answers after it is resumed', async () => {
  const redis = await keep(startRedis());
  const connection = redis.connect();
  await connection.ping();
  redis.pause();
  const answer = connection.ping();
  await eventually(async () => (await Promise.race([answer, Promise.resolve('nothing')])) === 'nothing');
  redis.resume();
  expect(await answer).toBe('PONG');
});

test('memory and extra settings reach the server', async () => {
  const redis = await keep(startRedis({ maxmemory: '32mb', extraArgs: ['--databases', '3'] }));
  const connection = redis.connect();
  expect(await connection.config('GET', 'maxmemory')).toEqual(['maxmemory', String(32 * 1024 * 1024)]);
  expect(await connection.config('GET', 'databases')).toEqual(['databases', '3']);
});

test('a server that cannot start says why', async () => {
  await expect(startRedis({ extraArgs: ['--no-such-setting', '1'] })).rejects.toThrow('no-such-setting');
});

test('a cluster serves keys on every node', async () => {
  const cluster = await keep(startRedisCluster({ masters: 3 }));
  const client = cluster.connect();
  const names = Array.from({ length: 30 }, (_, index) => `{${index}}`);
  await Promise.all(names.map((name) => client.set(name, name)));
  const counts = await Promise.all(cluster.nodes.map((node: TestRedis) => node.connect().dbsize()));
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
});

test('sentinels promote the replica when the master dies', async () => {
  const set = await keep(startSentinel({ sentinels: 3 }));
  const client = set.connect();
  await client.set('k', 'v');
  expect(await set.masterPort()).toBe(set.master.port);
  await set.master.kill();
  await eventually(async () => (await set.masterPort()) === set.replica.port);
});

test('the embedded store answers and leaves nothing behind', async () => {
  const embedded = await keep(startEmbedded());
  expect(await embedded.connect().incr('k')).toBe(1);
  await embedded.stop();
  expect(isAlive(embedded.pid)).toBe(false);
});
