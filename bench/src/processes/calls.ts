/** Calls from the bench to one of its child processes, and what comes back. */
export interface Call {
  readonly call: number;
  readonly method: string;
  readonly params: unknown;
}

export type Answer =
  | { readonly kind: 'result'; readonly call: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly call: number; readonly message: string };

/** Unasked news of a worker process: what it has executed so far. */
export interface Progress {
  readonly kind: 'progress';
  readonly jobsRun: number;
  /** The monotonic clock of the machine, the same for all its processes. */
  readonly atNs: number;
  /** User and system time that the process has used. */
  readonly cpuUs: number;
  /** How long its slots were busy, in all; only where handlers wait. */
  readonly busyMs: number;
}

/** What a child process offers: methods of at most one argument, which may be sent to another process. */
// oxlint-disable-next-line typescript/no-explicit-any -- only `any` accepts methods of every parameter type
export type Methods<T> = { readonly [K in keyof T]: (params: any) => Promise<unknown> };

/** The machine's monotonic clock (CLOCK_MONOTONIC), comparable between processes. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}
