import type { RedisTarget } from '@linstock/core';
import type { ConnectionLimits, Retention } from '@linstock/core/internal';
import type { AheadMemory } from './ahead-table.ts';
import type { LongRun } from './long-runs.ts';

/** What the heartbeat thread is given at its start. Plain data only: functions cannot go to a thread. */
export interface HeartbeatData {
  readonly redis: RedisTarget;
  readonly limits: ConnectionLimits;
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly maxEventLoopBlockMs: number;
  readonly retention: Retention;
  readonly ahead: AheadMemory;
  /** Int32: {@link TICKS}, {@link RUNNING}, {@link QUIET}, {@link SLOTS}. */
  readonly pulse: SharedArrayBuffer;
}

/** Index in the pulse: rises while the main loop turns. */
export const TICKS = 0;
/** Index in the pulse: how many jobs run. */
export const RUNNING = 1;
/** Index in the pulse: 1 when nothing is claimed because somebody said so, 2 because the worker stops. */
export const QUIET = 2;
/** Index in the pulse: how many jobs may run at once. */
export const SLOTS = 3;
/** How many numbers the pulse has. */
export const PULSES = 4;
/** How often the main loop ticks, ms. */
export const TICK_MS = 100;

/** To the thread. `hold`: beat for this identity in this shard. `leave`: no more. `longest`: what has run for long by now. */
export type ToThread =
  | { readonly type: 'hold'; readonly shard: number; readonly prefix: string; readonly worker: string }
  | { readonly type: 'leave'; readonly shard: number }
  | { readonly type: 'longest'; readonly runs: readonly LongRun[] }
  | { readonly type: 'stop' };

/** From the thread. */
export type FromThread =
  | { readonly type: 'lost' | 'silent'; readonly shard: number; readonly worker: string }
  /** `order`: number of the last one that somebody gave the worker. */
  | { readonly type: 'beat'; readonly shard: number; readonly worker: string; readonly order: number }
  | { readonly type: 'rescued'; readonly shard: number; readonly dead: string; readonly moved: number }
  | {
      readonly type: 'released';
      readonly shard: number;
      readonly claim: number;
      readonly ids: readonly string[];
    }
  | { readonly type: 'trouble'; readonly what: string; readonly message: string }
  | { readonly type: 'stopped' };
