/**
 * Linstock's worker: claims jobs, runs their handlers, and takes back what dead workers held.
 * @packageDocumentation
 */
export type { JobEvent, WorkerEmitter, WorkerEvents } from './events.ts';
export { defineHandler, isHandler } from './handlers.ts';
export type { Handler, HandlerDefinition } from './handlers.ts';
export { JobAbortError } from './job-context.ts';
export type { AbortCode, JobContext } from './job-context.ts';
export type { Log } from './log.ts';
export type { WorkerOptions } from './options.ts';
export { Worker } from './worker.ts';
export type { StopOptions } from './worker.ts';
