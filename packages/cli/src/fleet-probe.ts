import type { MetricFamily } from '@linstock/core';
import { addMetrics } from '@linstock/core/internal';
import type { ProbeHealth, ProbeSource } from '@linstock/worker';
import type { WorkerReport } from './worker-messages.ts';

/** A worker process, as a probe knows it. */
export interface Reporting {
  readonly pid: number;
  report(options?: { readonly hasMetrics?: boolean }): Promise<WorkerReport | undefined>;
}

/** Processes that are started together. */
export interface Fleet {
  /** How many there should be. */
  readonly count: number;
  readonly isStopping: boolean;
  /** Those that live, whether they have started or not. */
  readonly processes: Iterable<Reporting>;
}

/** What a process has told, if it has. */
interface Told {
  readonly pid: number;
  readonly health: ProbeHealth | undefined;
}

/** One probe of several worker processes: their sum, and ready when all are. */
export class FleetProbe implements ProbeSource {
  readonly #fleet: Fleet;
  readonly #last = new Map<Reporting, readonly MetricFamily[]>();
  /** What processes had counted that have ended: a counter must not fall because one is started again. */
  #past: readonly MetricFamily[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async health(): Promise<ProbeHealth> {
    const { processes, count } = this.#fleet;
    const told = await Promise.all(
      [...processes].map(async (one) => ({ pid: one.pid, health: (await one.report())?.health })),
    );
    return healthOfAll(told, { count, isStopping: this.#fleet.isStopping });
  }

  /** A process that does not answer in time counts as it did before. */
  async metrics(): Promise<MetricFamily[]> {
    const reports = [...this.#fleet.processes].map(async (one) => {
      const report = await one.report({ hasMetrics: true });
      if (report !== undefined) this.#last.set(one, report.metrics);
    });
    await Promise.all(reports);
    const alive = new Set(this.#fleet.processes);
    for (const [one, metrics] of this.#last) {
      if (alive.has(one)) continue;
      this.#last.delete(one);
      this.#past = addMetrics([this.#past, metrics.filter(({ type }) => type !== 'gauge')]);
    }
    return addMetrics([...this.#last.values(), this.#past]);
  }
}

/**
 * Ready when all are. It lives while one of them does: one alone that hangs ends itself, and is started again, which the restart
 * of all would not make better. Pure.
 */
export function healthOfAll(
  told: readonly Told[],
  { count, isStopping }: Pick<Fleet, 'count' | 'isStopping'>,
): ProbeHealth {
  const isLive = told.length === 0 || told.some(({ health }) => health?.isLive === true);
  if (isStopping) return { isLive, isReady: false, reason: 'stopping: it takes no more jobs' };
  const ready = told.filter(({ health }) => health?.isReady === true);
  if (ready.length >= count) return { isLive, isReady: true, reason: 'ok' };
  const others = told.filter(({ health }) => health?.isReady !== true);
  const why = others.map(({ pid, health }) => `; process ${pid}: ${health?.reason ?? 'no answer'}`);
  return {
    isLive,
    isReady: false,
    reason: `${ready.length} of ${count} processes take jobs${why.join('')}`,
  };
}
