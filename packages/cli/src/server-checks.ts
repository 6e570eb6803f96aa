import { findUnsuitable } from '@linstock/core/internal';
import { hasScriptHoles, SCRIPT_HOLES } from './known-holes.ts';
import type { ServerFacts } from './server-facts.ts';

/** What `doctor` found out about one thing. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly message: string;
}

const SLOW_MS = 5;
const VERY_SLOW_MS = 50;
const CLOCK_MS = 1000;
const NEARLY_FULL = 0.8;

/** Everything that can be said about a server from what it tells of itself. */
export function checkFacts(facts: ServerFacts): Finding[] {
  return [
    checkFitness(facts),
    checkVersion(facts),
    checkMemory(facts),
    checkPersistence(facts),
    checkLatency(facts),
    checkClock(facts),
    checkAccess(facts),
    checkTopology(facts),
  ];
}

function checkFitness({ info }: ServerFacts): Finding {
  const problem = findUnsuitable((name) => info(name) || undefined);
  return problem === undefined
    ? { check: 'fitness', level: 'ok', message: 'new enough, a master, and evicts nothing' }
    : { check: 'fitness', level: 'problem', message: problem };
}

function checkVersion({ info }: ServerFacts): Finding {
  const valkey = info('valkey_version');
  const server = valkey === '' ? 'redis' : 'valkey';
  const version = valkey || info('redis_version');
  const name = `${server === 'redis' ? 'Redis' : 'Valkey'} ${version}`;
  if (!hasScriptHoles(server, version)) return { check: 'version', level: 'ok', message: name };
  const advice = 'install a patched release, unless your distribution has repaired this one';
  const holes = SCRIPT_HOLES.join(', ');
  return {
    check: 'version',
    level: 'warning',
    message: `${name} has known holes in its script engine (${holes}): ${advice}`,
  };
}

function checkMemory({ info }: ServerFacts): Finding {
  const [used, most] = [Number(info('used_memory')), Number(info('maxmemory'))];
  if (most === 0) return { check: 'memory', level: 'ok', message: `${megabytes(used)} in use, no limit set` };
  const message = `${megabytes(used)} of ${megabytes(most)} in use`;
  if (used < most * NEARLY_FULL) return { check: 'memory', level: 'ok', message };
  const advice = 'soon nothing can be enqueued: raise maxmemory, or run more workers';
  return { check: 'memory', level: 'warning', message: `${message}; ${advice}` };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function checkPersistence({ info, config }: ServerFacts): Finding {
  const check = 'persistence';
  const broken = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].find(
    (name) => info(name) !== '' && info(name) !== 'ok',
  );
  if (broken !== undefined) {
    return { check, level: 'problem', message: `Redis cannot write to its disk (${broken}): see its log` };
  }
  const sync = config('appendfsync');
  if (info('aof_enabled') === '1') {
    if (sync !== 'no')
      return { check, level: 'ok', message: `append-only file, appendfsync ${sync ?? '(not told)'}` };
    const advice = 'set "appendfsync everysec"';
    return {
      check,
      level: 'warning',
      message: `the append-only file is written when the system likes: ${advice}`,
    };
  }
  const save = config('save');
  const advice = 'set "appendonly yes"';
  if (save === undefined)
    return {
      check,
      level: 'warning',
      message: `no append-only file, and whether there are snapshots is not told: a crash loses the newest jobs, or all; ${advice}`,
    };
  if (save === '')
    return {
      check,
      level: 'warning',
      message: `nothing is kept on disk: a crash or a restart loses all jobs; ${advice}`,
    };
  return {
    check,
    level: 'warning',
    message: `only snapshots (save ${save}): a crash loses what came after the last one; ${advice}`,
  };
}

function checkLatency({ latencyMs }: ServerFacts): Finding {
  const { median, slowest } = latencyMs;
  const message = `round trip ${median.toFixed(2)} ms, slowest ${slowest.toFixed(2)} ms`;
  if (median < SLOW_MS && slowest < VERY_SLOW_MS) return { check: 'latency', level: 'ok', message };
  const advice = 'run workers near Redis, and look for slow commands with SLOWLOG GET';
  return { check: 'latency', level: 'warning', message: `${message}: ${advice}` };
}

function checkClock({ clockAheadMs }: ServerFacts): Finding {
  const message = `the clock of Redis is ${Math.abs(clockAheadMs).toFixed(0)} ms ${clockAheadMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(clockAheadMs) < CLOCK_MS) return { check: 'clock', level: 'ok', message };
  const advice = 'jobs are due by the clock of Redis: synchronize both with NTP';
  return { check: 'clock', level: 'warning', message: `${message}: ${advice}` };
}

function checkAccess({ isOpen, config }: ServerFacts): Finding {
  if (isOpen === undefined)
    return { check: 'access', level: 'unknown', message: 'our user may not ask for its permissions' };
  if (!isOpen) return { check: 'access', level: 'ok', message: 'a password is needed' };
  const bind = config('bind');
  const isLocal =
    bind !== undefined &&
    bind !== '' &&
    bind.split(/\s+/).every((address) => /^-?(127\.|::1$)/.test(address));
  if (isLocal || config('protected-mode') === 'yes') {
    return { check: 'access', level: 'ok', message: 'no password, but reachable from its own machine only' };
  }
  const advice = 'set a password, or bind it to 127.0.0.1';
  return {
    check: 'access',
    level: 'warning',
    message: `anybody who reaches this Redis can use it: ${advice}`,
  };
}

function checkTopology({ info }: ServerFacts): Finding {
  if (info('cluster_enabled') === '1') {
    return {
      check: 'topology',
      level: 'ok',
      message: 'a Redis Cluster; all keys of a shard live in one slot',
    };
  }
  const replicas = Number(info('connected_slaves'));
  if (replicas === 0) return { check: 'topology', level: 'ok', message: 'a single server, no replica' };
  const advice = 'replication is asynchronous: a failover can lose the newest jobs';
  return { check: 'topology', level: 'ok', message: `${replicas} replicas; ${advice}` };
}
