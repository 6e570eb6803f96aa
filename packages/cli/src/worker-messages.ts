import type { MetricFamily } from '@linstock/core';
import type { ProbeHealth } from '@linstock/worker';
import type { Serving, WorkerPlan } from './run-worker.ts';

/** What a worker process tells of itself when it is asked. */
export interface WorkerReport {
  readonly health: ProbeHealth;
  /** Empty unless they were asked for. */
  readonly metrics: readonly MetricFamily[];
}

/** What the parent tells a worker process. */
export type ParentMessage =
  | { readonly kind: 'start'; readonly plan: WorkerPlan }
  | { readonly kind: 'stop'; readonly now: boolean }
  | { readonly kind: 'report'; readonly number: number; readonly hasMetrics: boolean };

/** What a worker process tells its parent. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly serving: Serving }
  /** The answer to the question with this number. */
  | { readonly kind: 'report'; readonly number: number; readonly report: WorkerReport }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly stack: string };
