import type { WorkerView } from '@linstock/core';

/** A lease that has just ended is not over yet for whoever reads at the same moment. */
const SLACK_MS = 1000;

/** Workers that live at an instant of Redis's clock. Pure. */
export function aliveAt(workers: readonly WorkerView[], at: number): WorkerView[] {
  return workers.filter(({ leaseExpiresAt }) => leaseExpiresAt > at - SLACK_MS);
}

/** Where a worker runs, as people are told. Pure. */
export function hostOf({ id, info }: Pick<WorkerView, 'id' | 'info'>): string {
  return info === undefined ? id : `${info.host} · ${info.pid}`;
}
