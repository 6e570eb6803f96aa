import type { TestRedis } from '@linstock/test-kit/redis';

/** What Redis has done so far. */
export interface RedisWork {
  readonly calls: number;
  /** Inside of commands, ms. */
  readonly commandMs: number;
  /** Of its process, with what reading and answering costs, ms. */
  readonly cpuMs: number;
}

/** Reads the work so far; the reading itself is not counted. */
export async function readWork(redis: TestRedis): Promise<RedisWork> {
  const connection = redis.connect();
  const [stats, cpu] = await Promise.all([connection.info('commandstats'), connection.info('cpu')]);
  const commands = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+),usec=(\d+)/g)].filter(
    ([, name]) => name !== 'info',
  );
  const seconds = [...cpu.matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)];
  connection.disconnect();
  return {
    calls: commands.reduce((sum, [, , calls]) => sum + Number(calls), 0),
    commandMs: commands.reduce((sum, [, , , usec]) => sum + Number(usec), 0) / 1000,
    cpuMs: seconds.reduce((sum, [, value]) => sum + Number(value), 0) * 1000,
  };
}

/** What Redis does while something goes on. */
export async function workDuring(redis: TestRedis, run: () => Promise<unknown>): Promise<RedisWork> {
  const before = await readWork(redis);
  await run();
  const after = await readWork(redis);
  return {
    calls: after.calls - before.calls,
    commandMs: after.commandMs - before.commandMs,
    cpuMs: after.cpuMs - before.cpuMs,
  };
}
