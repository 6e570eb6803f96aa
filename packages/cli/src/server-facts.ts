import type { Connection } from '@linstock/core/internal';
import { infoFields } from '@linstock/core/internal';

/** What Redis tells of itself. A text that it did not tell is empty. */
export interface ServerFacts {
  /** A field of INFO. */
  readonly info: (name: string) => string;
  /** A setting by CONFIG GET; undefined where that is not permitted. */
  readonly config: (name: string) => string | undefined;
  /** How long a round trip takes: the middle and the slowest of some, ms. */
  readonly latencyMs: { readonly median: number; readonly slowest: number };
  /** How far the clock of Redis is ahead of ours, ms. */
  readonly clockAheadMs: number;
  /** Whether the connection's user needs no password; undefined where that is not known. */
  readonly isOpen: boolean | undefined;
}

const SAMPLES = 25;
const SETTINGS = ['save', 'appendfsync', 'bind', 'protected-mode'];

/** Asks a server. Throws what the connection throws. */
export async function readServerFacts(connection: Connection): Promise<ServerFacts> {
  const { redis } = connection;
  const fields = infoFields(await redis.info());
  const settings = new Map<string, string>();
  for (const name of SETTINGS) {
    const value = await readSetting(connection, name);
    if (value !== undefined) settings.set(name, value);
  }
  return {
    info: (name) => fields.get(name) ?? '',
    config: (name) => settings.get(name),
    latencyMs: await measureLatency(connection),
    clockAheadMs: await measureClock(connection),
    isOpen: await needsNoPassword(connection),
  };
}

async function readSetting({ redis }: Connection, name: string): Promise<string | undefined> {
  try {
    const reply: unknown = await redis.call('CONFIG', 'GET', name);
    return Array.isArray(reply) ? String(reply[1]) : undefined;
  } catch {
    // Not permitted, or renamed, as hosted services do: what depends on it stays unknown.
    return undefined;
  }
}

async function measureLatency({ redis }: Connection): Promise<ServerFacts['latencyMs']> {
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const startedAt = performance.now();
    await redis.ping();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(SAMPLES / 2)] ?? 0, slowest: times.at(-1) ?? 0 };
}

/** The middle of the round trip is taken as the moment of the answer. */
async function measureClock({ redis }: Connection): Promise<number> {
  const before = Date.now();
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
  const after = Date.now();
  return seconds * 1000 + micros / 1000 - (before + after) / 2;
}

async function needsNoPassword({ redis }: Connection): Promise<boolean | undefined> {
  try {
    const user = String(await redis.call('ACL', 'WHOAMI'));
    const reply: unknown = await redis.call('ACL', 'GETUSER', user);
    return JSON.stringify(reply).includes('"nopass"');
  } catch {
    // A user with few permissions may not ask.
    return undefined;
  }
}
