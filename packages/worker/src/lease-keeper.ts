import { Worker as Thread } from 'node:worker_threads';
import { plainTarget } from '@linstock/core/internal';
import type { AheadMemory } from './ahead-table.ts';
import type { FromThread, HeartbeatData, ToThread } from './heartbeat-protocol.ts';
import { PULSES, QUIET, RUNNING, SLOTS, TICK_MS, TICKS } from './heartbeat-protocol.ts';
import type { LongRun } from './long-runs.ts';
import { areSame } from './long-runs.ts';
import type { ResolvedWorkerOptions } from './options.ts';

/** The same file from `src` and from `dist`: a thread of plain Node cannot load TypeScript. */
const THREAD_FILE = new URL('../dist/heartbeat-thread.js', import.meta.url);
const STOP_TIMEOUT_MS = 2000;

/** What the thread reports. */
export interface LeaseListener {
  onMessage(message: FromThread): void;
  /** The thread ended although nobody stopped it: no lease is renewed any more. */
  onThreadDeath(error: Error): void;
}

/** Starts the heartbeat thread, ticks for it, and passes on what it reports. */
export class LeaseKeeper {
  readonly #thread: Thread;
  readonly #pulse = new Int32Array(new SharedArrayBuffer(PULSES * Int32Array.BYTES_PER_ELEMENT));
  readonly #ticking: NodeJS.Timeout;
  readonly #ended: Promise<void>;
  #longest: readonly LongRun[] = [];
  #stopping = false;

  constructor(options: ResolvedWorkerOptions, ahead: AheadMemory, listener: LeaseListener) {
    const data: HeartbeatData = {
      redis: plainTarget(options.redis),
      limits: { commandTimeoutMs: Math.min(options.commandTimeoutMs, options.leaseMs / 3) },
      leaseMs: options.leaseMs,
      beatMs: options.beatMs,
      maxEventLoopBlockMs: options.maxEventLoopBlockMs,
      retention: options.retention,
      ahead,
      pulse: this.#pulse.buffer,
    };
    // The first beat may come before anybody has reported.
    this.#pulse[SLOTS] = options.concurrency;
    // Not this process's flags: loaders and import conditions are meant for the program's own files.
    this.#thread = new Thread(THREAD_FILE, { workerData: data, name: 'linstock-heartbeat', execArgv: [] });
    this.#thread.on('message', (message: FromThread) => listener.onMessage(message));
    this.#thread.on('error', (error) => listener.onThreadDeath(error));
    this.#ended = new Promise((resolve) => this.#thread.once('exit', () => resolve()));
    this.#thread.on('exit', (code) => {
      if (!this.#stopping) listener.onThreadDeath(new Error(`the heartbeat thread ended with code ${code}`));
    });
    this.#ticking = setInterval(() => Atomics.add(this.#pulse, TICKS, 1), TICK_MS);
  }

  /** Beats for an identity in a shard; ends the beats for the one before. */
  hold(shard: number, prefix: string, worker: string): void {
    this.#send({ type: 'hold', shard, prefix, worker });
  }

  leave(shard: number): void {
    this.#send({ type: 'leave', shard });
  }

  /** For the load that the beat reports. */
  report({ running, quiet, slots }: { running: number; quiet: number; slots: number }): void {
    this.#pulse[RUNNING] = running;
    this.#pulse[QUIET] = quiet;
    this.#pulse[SLOTS] = slots;
  }

  /** The same, of the jobs that run for long: a message only when they are others than before. */
  reportLongest(runs: readonly LongRun[]): void {
    if (areSame(runs, this.#longest)) return;
    this.#longest = runs;
    this.#send({ type: 'longest', runs });
  }

  /** Resolves when the thread has ended. May be called twice. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    if (!this.#stopping) this.#send({ type: 'stop' });
    this.#stopping = true;
    const timer = setTimeout(() => void this.#thread.terminate(), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #send(message: ToThread): void {
    this.#thread.postMessage(message);
  }
}
