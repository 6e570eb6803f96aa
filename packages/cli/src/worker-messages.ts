import type { Serving, WorkerPlan } from './run-worker.ts';

/** What the parent tells a worker process. */
export type ParentMessage =
  | { readonly kind: 'start'; readonly plan: WorkerPlan }
  | { readonly kind: 'stop'; readonly now: boolean };

/** What a worker process tells its parent. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly serving: Serving }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly stack: string };
