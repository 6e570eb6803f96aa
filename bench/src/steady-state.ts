import { setTimeout as sleep } from 'node:timers/promises';

import type { Progress } from './processes/calls.ts';
import type { RedisServer } from './redis-server.ts';

/** Starting and draining are left out: rates are taken between these shares of all jobs. */
const STEADY_FROM = 0.1;
const STEADY_TO = 0.9;

/** A run in which nothing has been executed for so long has lost its remaining jobs. */
const STALLED_AFTER_MS = 20_000;
const POLL_MS = 5;

/** One instant of a run, seen from the worker processes. */
interface Mark {
  readonly jobsRun: number;
  readonly atNs: number;
  readonly workersCpuUs: number;
  readonly busyMs: number;
}

/** Redis answers a little after the mark it was asked at, so it has a count of its own. */
interface RedisMark {
  readonly jobsRun: number;
  readonly cpuUs: number;
}

export interface SteadyState {
  readonly jobsPerS: number;
  readonly redisCpuUsPerJob: number;
  readonly workerCpuUsPerJob: number;
  /** How many slots were busy on average. */
  readonly busySlots: number;
}

/** Follows a run from the progress that its worker processes report. */
export class SteadyStateMeter {
  readonly #jobs: number;
  readonly #redis: RedisServer;
  readonly #byProcess: Progress[];
  readonly #marks: Mark[] = [];
  readonly #redisMarks: Promise<RedisMark>[] = [];
  #lastProgressMs = performance.now();

  constructor(jobs: number, processes: number, redis: RedisServer) {
    this.#jobs = jobs;
    this.#redis = redis;
    this.#byProcess = Array.from({ length: processes }, () => ({
      kind: 'progress',
      jobsRun: 0,
      atNs: 0,
      cpuUs: 0,
      busyMs: 0,
    }));
  }

  onProgress(processIndex: number, progress: Progress): void {
    this.#byProcess[processIndex] = progress;
    this.#lastProgressMs = performance.now();
    const share = this.#jobsRun() / this.#jobs;
    if (this.#marks.length === 0 && share >= STEADY_FROM) this.#mark(progress.atNs);
    if (this.#marks.length === 1 && share >= STEADY_TO) this.#mark(progress.atNs);
  }

  /** Resolves when so many executions were reported, or nothing happens any more: the delivery then tells. */
  async reached(jobs: number, signal: AbortSignal): Promise<void> {
    this.#lastProgressMs = performance.now();
    while (this.#jobsRun() < jobs && !signal.aborted) {
      if (performance.now() - this.#lastProgressMs > STALLED_AFTER_MS) return;
      await sleep(POLL_MS);
    }
  }

  async steadyState(): Promise<SteadyState> {
    const [from, to] = this.#marks;
    const [redisFrom, redisTo] = await Promise.all(this.#redisMarks);
    if (from === undefined || to === undefined || redisFrom === undefined || redisTo === undefined) {
      throw new Error(`Only ${this.#jobsRun()} of ${this.#jobs} jobs ran: no steady state to measure.`);
    }
    const jobs = to.jobsRun - from.jobsRun;
    return {
      jobsPerS: (jobs / (to.atNs - from.atNs)) * 1e9,
      redisCpuUsPerJob: (redisTo.cpuUs - redisFrom.cpuUs) / (redisTo.jobsRun - redisFrom.jobsRun),
      workerCpuUsPerJob: (to.workersCpuUs - from.workersCpuUs) / jobs,
      busySlots: ((to.busyMs - from.busyMs) * 1e6) / (to.atNs - from.atNs),
    };
  }

  #mark(atNs: number): void {
    const workersCpuUs = this.#byProcess.reduce((sum, progress) => sum + progress.cpuUs, 0);
    const busyMs = this.#byProcess.reduce((sum, progress) => sum + progress.busyMs, 0);
    this.#marks.push({ jobsRun: this.#jobsRun(), atNs, workersCpuUs, busyMs });
    this.#redisMarks.push(this.#redis.cpuUs().then((cpuUs) => ({ jobsRun: this.#jobsRun(), cpuUs })));
  }

  #jobsRun(): number {
    return this.#byProcess.reduce((sum, progress) => sum + progress.jobsRun, 0);
  }
}
