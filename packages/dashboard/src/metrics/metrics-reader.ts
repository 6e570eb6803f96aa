import type { Monitor, OldestJob, QueueView } from '@linstock/core';
import { metricsText } from '@linstock/core/internal';
import { aliveAt } from '../live/workers.ts';
import { deepest, installationMetrics } from './installation-metrics.ts';

/** However many ask, and however often: Redis is asked once in this time. */
const EVERY_MS = 5000;
/** The oldest job of a queue is looked for in its lists: that costs more. */
const OLDEST_EVERY_MS = 15_000;
/** Of the deepest queues. */
const OLDEST_QUEUES = 50;

/** Reads an installation for Prometheus. What was read last serves all who ask soon after. */
export class MetricsReader {
  readonly #monitor: Monitor;
  readonly #now: () => number;
  #last: { readonly text: string; readonly readAt: number } | undefined;
  #oldest: { readonly jobs: readonly OldestJob[]; readonly readAt: number } | undefined;
  #reading: Promise<string> | undefined;

  constructor(monitor: Monitor, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
  }

  /** At most some seconds old. @throws {RedisError} */
  async latest(): Promise<string> {
    const last = this.#last;
    if (last !== undefined && this.#now() - last.readAt < EVERY_MS) return last.text;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<string> {
    const monitor = this.#monitor;
    const readAt = this.#now();
    const [{ at, counts, queues }, totals, workers, { late: overdue }] = await Promise.all([
      monitor.overview(),
      monitor.totals(),
      monitor.workers(),
      monitor.ticks({ limit: 1 }),
    ]);
    const oldest = await this.#oldestOf(queues);
    const figures = { at, counts, totals, queues, oldest, workers: aliveAt(workers, at).length, overdue };
    const text = metricsText(installationMetrics(figures));
    this.#last = { text, readAt };
    return text;
  }

  /** The oldest job of all, and those of the deepest queues. One that was oldest may run by now: then its queue is not told. */
  async #oldestOf(queues: readonly QueueView[]): Promise<readonly OldestJob[]> {
    const waiting = new Set(queues.filter(({ enqueued }) => enqueued > 0).map(({ name }) => name));
    const last = this.#oldest;
    if (last !== undefined && this.#now() - last.readAt < OLDEST_EVERY_MS)
      return last.jobs.filter(({ queue }) => waiting.has(queue));
    const readAt = this.#now();
    const names = deepest(queues, OLDEST_QUEUES).filter(({ name }) => waiting.has(name));
    const found = await Promise.all([
      this.#monitor.oldest(),
      ...names.map(({ name }) => this.#monitor.oldest({ queue: name })),
    ]);
    const jobs = found.filter((job) => job !== undefined).toSorted((a, b) => a.since - b.since);
    const oldest = jobs.filter(({ queue }, i) => jobs.findIndex((job) => job.queue === queue) === i);
    this.#oldest = { jobs: oldest, readAt };
    return oldest;
  }
}
