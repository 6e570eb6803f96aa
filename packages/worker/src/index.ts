/**
 * Linstock's worker: claims jobs, runs their handlers, and takes back what dead workers held.
 * @packageDocumentation
 */
export type { JobEvent, WorkerEmitter, WorkerEvents } from './events.ts';
export { defineHandler, isHandler } from './handlers.ts';
export type { Handler, HandlerDefinition } from './handlers.ts';
export { ChildrenError } from './child-outcomes.ts';
export { awaitChildren, cancel, fail, HandlerOutcome, retryAfter, snooze } from './handler-outcome.ts';
export type { OutcomeKind } from './handler-outcome.ts';
export { JobAbortError } from './job-context.ts';
export type { AbortCode, JobContext } from './job-context.ts';
export type { JobLogger, Log, LogMethod } from './log.ts';
export type { CreateScope, Middleware, MiddlewareContext } from './middleware.ts';
export type { WorkerOptions } from './options.ts';
export type { ParentOutcome } from './parent-outcomes.ts';
export { createProbe } from './probe/probe.ts';
export type { Probe, ProbeSource } from './probe/probe.ts';
export type { ProbeAddress, ProbeServer } from './probe/probe-server.ts';
export type { ProbeHealth } from './probe/vitals.ts';
export type { WeightedQueue } from './queue-order.ts';
export type { DeferReason } from './outcome-buffer.ts';
export type { HandleOptions, RetryFunction } from './retry-function.ts';
export { Worker } from './worker.ts';
export type { StopOptions } from './worker.ts';
