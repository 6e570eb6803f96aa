// A process that runs jobs: it loads one library, starts one worker, and counts what that executes.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Feature } from '../features.ts';
import { loadPeer, type Peer, type PeerName, type Retention, type RunningWorker } from '../peer.ts';
import { ExecutionLog, type StartClock } from './execution-log.ts';
import { serveCalls } from './serve-calls.ts';

export interface WorkerStart {
  readonly port: number;
  readonly slots: number;
  readonly retention: Retention;
  readonly feature: Feature | undefined;
  /** How long each handler waits; 0 for a handler that does nothing. */
  readonly handlerMs: number;
  /** All jobs of the run, whichever process executes them. */
  readonly jobs: number;
  readonly clock: StartClock;
}

export interface Executions {
  /** Entry n: how often this process ran job n. */
  readonly counts: Uint8Array;
  /** Entry n: when job n last started here, by the clock that was asked for. */
  readonly startedAt: Float64Array;
}

const DONE = Promise.resolve();

let peer: Peer | undefined;
let worker: RunningWorker | undefined;
let log: ExecutionLog | undefined;

function handlerBody(started: ExecutionLog, handlerMs: number): (n: number) => Promise<void> {
  return (n) => {
    started.record(n);
    return handlerMs === 0 ? DONE : timed(started, handlerMs);
  };
}

/** A timer may fire later than asked: what the slot was really busy for is counted. */
async function timed(started: ExecutionLog, handlerMs: number): Promise<void> {
  const begun = performance.now();
  await sleep(handlerMs);
  started.busyMs += performance.now() - begun;
}

const methods = {
  /** Loads the library ahead of the start, so that loading is in nobody's figures. */
  async load({ peer: name }: { readonly peer: PeerName }): Promise<void> {
    peer = await loadPeer(name);
  },

  async start({ handlerMs, jobs, clock, ...settings }: WorkerStart): Promise<void> {
    if (peer === undefined) throw new Error('No library is loaded.');
    log = new ExecutionLog(jobs, clock);
    worker = await peer.startWorker({ ...settings, run: handlerBody(log, handlerMs) });
  },

  /** Stops the worker; returns everything that it ran. */
  async stop(): Promise<Executions> {
    if (worker === undefined || log === undefined) throw new Error('No worker is running.');
    await worker.stop();
    return { counts: log.counts, startedAt: log.startedAt };
  },
};

export type WorkerMethods = typeof methods;

serveCalls(methods);
