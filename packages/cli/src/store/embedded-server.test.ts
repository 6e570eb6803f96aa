import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { eventually } from '@linstock/test-kit/eventually';
import { startEmbedded } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { startEmbeddedServer } from './embedded-server.ts';
import { findFreePort } from './free-port.ts';
import { measureLatencyMs, probeServer } from './probe-server.ts';

async function quickestMs(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times.slice(1));
}

test('replies do not wait for a timer, large ones neither', async () => {
  const store = await startEmbedded();
  const connection = store.connect();
  const large = 'x'.repeat(2_000_000);
  await connection.set('k', large);
  expect(await connection.get('k')).toBe(large);
  // As published each takes 100 ms and more. On a busy machine some do, and not the quickest.
  expect(await measureLatencyMs(store.port, 20)).toBeLessThan(80);
  expect(await quickestMs(() => connection.ping())).toBeLessThan(80);
  expect(await quickestMs(() => connection.get('k'))).toBeLessThan(80);
  await store.stop();
});

test('a message reaches its subscriber, a blocked client its element, a script its answer', async () => {
  const store = await startEmbedded();
  const [connection, subscriber, blocked] = [store.connect(), store.connect(), store.connect()];
  await subscriber.subscribe('c');
  const message = once(subscriber, 'message');
  const element = blocked.blpop('l', 5);
  await connection.publish('c', 'hello');
  await connection.rpush('l', 'x');
  expect(await message).toEqual(['c', 'hello']);
  expect(await element).toEqual(['l', 'x']);
  expect(await connection.eval('return redis.call("TIME")', 0)).toHaveLength(2);
  await store.stop();
});

test('its clock is the clock of the machine', async () => {
  const store = await startEmbedded();
  const [seconds] = await store.connect().time();
  expect(Math.abs((seconds ?? 0) - Date.now() / 1000)).toBeLessThan(2);
  await store.stop();
});

test('a taken port is refused instead of shared', async () => {
  const port = await findFreePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  await expect(startEmbeddedServer({ port })).rejects.toThrow(`Port ${port} is taken`);
  other.close();
});

test('each start is empty', async () => {
  for (let round = 0; round < 3; round++) {
    const store = await startEmbedded();
    expect(await store.connect().incr('k')).toBe(1);
    await store.stop();
  }
});

test('it dies with the process that started it', async () => {
  const module = new URL('../../dist/store/embedded-server.js', import.meta.url).href;
  const script = `import { startEmbeddedServer } from '${module}'; console.log((await startEmbeddedServer()).port)`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(String(await once(owner.stdout, 'data')));
  expect((await probeServer(port)).state).toBe('ready');
  owner.kill('SIGKILL');
  await eventually(async () => (await probeServer(port)).state === 'silent');
});
