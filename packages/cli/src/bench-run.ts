import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { CliError } from './errors.ts';
import type { HandlerDefinition } from './worker-adapter.ts';

/** What a bench measured. */
export interface BenchResult {
  readonly jobs: number;
  readonly concurrency: number;
  readonly enqueue: { readonly jobsPerSecond: number; readonly roundTripMs: Quantiles };
  readonly run: { readonly jobsPerSecond: number };
  /** From enqueue to the first line of the handler, with an idle worker. */
  readonly pickupMs: Quantiles;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

const GROUP = 1000;
const SINGLES = 300;
const STALLED_MS = 15_000;

/** Runs against one client and one worker; the worker gets `definition`. */
export class Bench {
  readonly #contract = defineJob<number, null>({ name: 'bench.job' });
  readonly definition: HandlerDefinition;
  readonly #signal: AbortSignal;
  #executed = 0;
  #onStart: (() => void) | undefined;

  /** Every measurement ends with the signal's reason when it aborts. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    const handler = (): null => {
      this.#executed++;
      this.#onStart?.();
      return null;
    };
    this.definition = { contract: this.#contract, handler };
  }

  /** Enqueues many jobs by calls of a thousand, then some one by one. Nothing may run meanwhile. */
  async enqueue(client: Client, jobs: number): Promise<BenchResult['enqueue']> {
    const inputs = Array.from({ length: GROUP }, (_, i) => i);
    const startedAt = performance.now();
    for (let left = jobs - SINGLES; left > 0; left -= GROUP) {
      this.#signal.throwIfAborted();
      await client.enqueueMany(this.#contract, inputs.slice(0, left));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const times: number[] = [];
    for (let i = 0; i < SINGLES; i++) times.push(await timed(() => client.enqueue(this.#contract, i)));
    return { jobsPerSecond: Math.round((jobs - SINGLES) / seconds), roundTripMs: quantiles(times) };
  }

  /** Starts the worker and waits until all jobs have run. */
  async drain(start: () => Promise<void>, jobs: number): Promise<BenchResult['run']> {
    const startedAt = performance.now();
    await start();
    let [seen, seenAt] = [0, startedAt];
    while (this.#executed < jobs) {
      await delay(5, undefined, { signal: this.#signal });
      if (this.#executed > seen) [seen, seenAt] = [this.#executed, performance.now()];
      if (performance.now() - seenAt > STALLED_MS) {
        throw new CliError('BENCH_FAILED', `no job was run for ${STALLED_MS} ms, ${jobs - seen} are left`);
      }
    }
    return { jobsPerSecond: Math.round((jobs / (performance.now() - startedAt)) * 1000) };
  }

  /** Enqueues job after job, each when the one before has started. */
  async pickup(client: Client): Promise<Quantiles> {
    const times: number[] = [];
    for (let i = 0; i < SINGLES; i++) {
      this.#signal.throwIfAborted();
      const started = new Promise<void>((resolve) => (this.#onStart = resolve));
      times.push(
        await timed(async () => {
          await client.enqueue(this.#contract, i);
          await started;
        }),
      );
    }
    return quantiles(times);
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2));
  return { p50: at(0.5), p99: at(0.99) };
}
