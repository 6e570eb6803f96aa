/** Stores of a test's own. For the usual test, `shared-redis.ts` is faster. */
export { startEmbedded, type TestEmbedded } from './embedded-redis.ts';
export { startRedisCluster, type TestCluster } from './redis-cluster.ts';
export { startSentinel, type StartSentinelOptions, type TestSentinel } from './redis-sentinel.ts';
export { startRedis, type StartRedisOptions, type TestRedis } from './redis-server.ts';
