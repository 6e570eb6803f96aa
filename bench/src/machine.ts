import { readFileSync } from 'node:fs';
import os from 'node:os';

import { RedisServer } from './redis-server.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Processes that wanted to run in the minute before the bench: near 0 on a quiet machine. */
  readonly loadBefore: number;
}

export type Versions = Readonly<Record<'linstock' | 'bullmq' | 'bee' | 'ioredis' | 'node' | 'redis', string>>;

export function describeMachine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    loadBefore: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}

function versionOf(packageName: string): string {
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}

/** Starts a Redis server once, and so tells early when there is none. */
export async function readVersions(): Promise<Versions> {
  const redis = await RedisServer.start('none');
  try {
    return {
      linstock: versionOf('@linstock/core'),
      bullmq: versionOf('bullmq'),
      bee: versionOf('bee-queue'),
      ioredis: versionOf('ioredis'),
      node: process.versions.node,
      redis: await redis.version(),
    };
  } finally {
    await redis.stop();
  }
}
