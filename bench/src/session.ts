import { setTimeout as sleep } from 'node:timers/promises';

import { countDelivery, type Delivery } from './delivery.ts';
import type { PeerName, Retention } from './peer.ts';
import type { EnqueueWay, ProducerMethods, Spent } from './processes/producer-process.ts';
import { RemoteProcess } from './processes/remote-process.ts';
import type { Executions, WorkerMethods, WorkerStart } from './processes/worker-process.ts';
import { RedisServer, type Durability } from './redis-server.ts';
import { SteadyStateMeter } from './steady-state.ts';

const PRODUCER_MODULE = new URL('./processes/producer-process.js', import.meta.url);
const WORKER_MODULE = new URL('./processes/worker-process.js', import.meta.url);

/** Time for a second execution of a job to show itself after every job has run once. */
const SETTLE_MS = 200;

/** One library under one setting: what is measured against the others. */
export interface Contestant {
  readonly peer: PeerName;
  readonly retention: Retention;
}

export interface Enqueued {
  readonly jobsPerS: number;
  readonly redisCpuUsPerJob: number;
  readonly producerCpuUsPerJob: number;
  readonly memoryBytesPerJob: number;
}

export interface Drained {
  readonly delivery: Delivery;
  readonly executions: readonly Executions[];
}

type WorkersStart = Pick<WorkerStart, 'slots' | 'jobs'> &
  Partial<Pick<WorkerStart, 'handlerMs' | 'clock' | 'feature'>>;

/** A fresh Redis, a producer process and worker processes, all of one run of one contestant. */
export class Session {
  readonly contestant: Contestant;
  readonly redis: RedisServer;
  readonly producer = new RemoteProcess<ProducerMethods>(PRODUCER_MODULE);
  readonly #workers: readonly RemoteProcess<WorkerMethods>[];

  /** Runs `use` in a session of its own, and leaves no process behind whatever happens. */
  static async with<T>(
    settings: {
      readonly contestant: Contestant;
      readonly durability: Durability;
      readonly processes: number;
    },
    use: (session: Session) => Promise<T>,
  ): Promise<T> {
    const redis = await RedisServer.start(settings.durability);
    const session = new Session(settings.contestant, redis, settings.processes);
    try {
      await session.#load();
      return await use(session);
    } finally {
      await session.#end();
    }
  }

  private constructor(contestant: Contestant, redis: RedisServer, processes: number) {
    this.contestant = contestant;
    this.redis = redis;
    this.#workers = Array.from({ length: processes }, () => new RemoteProcess<WorkerMethods>(WORKER_MODULE));
  }

  /** Enqueues jobs 0 to warmUp - 1 unmeasured and the next `count` measured. */
  async enqueue(
    way: EnqueueWay,
    { warmUp, count }: { readonly warmUp: number; readonly count: number },
  ): Promise<Enqueued> {
    await this.producer.call('enqueue', { way, from: 0, count: warmUp });
    return this.observe(count, () => this.producer.call('enqueue', { way, from: warmUp, count }));
  }

  /** What a call that stores `count` jobs costs each of them. */
  async observe(count: number, call: () => Promise<Spent>): Promise<Enqueued> {
    const memoryBefore = await this.redis.usedMemoryBytes();
    const cpuBefore = await this.redis.cpuUs();
    const { tookNs, cpuUs } = await call();
    const cpuAfter = await this.redis.cpuUs();
    const memoryAfter = await this.redis.usedMemoryBytes();
    return {
      jobsPerS: (count / tookNs) * 1e9,
      redisCpuUsPerJob: (cpuAfter - cpuBefore) / count,
      producerCpuUsPerJob: cpuUs / count,
      memoryBytesPerJob: (memoryAfter - memoryBefore) / count,
    };
  }

  /** Starts all workers at once; the meter follows them. */
  async startWorkers({
    slots,
    jobs,
    handlerMs = 0,
    clock = 'none',
    feature,
  }: WorkersStart): Promise<SteadyStateMeter> {
    const { retention } = this.contestant;
    const meter = new SteadyStateMeter(jobs, this.#workers.length, this.redis);
    this.#workers.forEach((worker, index) =>
      worker.onProgress((progress) => meter.onProgress(index, progress)),
    );
    const start: WorkerStart = { port: this.redis.port, slots, retention, feature, handlerMs, jobs, clock };
    await Promise.all(this.#workers.map((worker) => worker.call('start', start)));
    return meter;
  }

  /** Waits until all jobs ran, stops the workers, and counts what they executed. */
  async drain(meter: SteadyStateMeter, jobs: number): Promise<Drained> {
    await this.reached(meter, jobs);
    await sleep(SETTLE_MS);
    const executions = await Promise.all(this.#workers.map((worker) => worker.call('stop')));
    return {
      delivery: countDelivery(
        jobs,
        executions.map(({ counts }) => counts),
      ),
      executions,
    };
  }

  /** Waits until so many jobs ran. */
  async reached(meter: SteadyStateMeter, jobs: number): Promise<void> {
    await this.#whileWorkersLive((signal) => meter.reached(jobs, signal));
  }

  /** Breaks off when a worker process ends before its time. */
  async #whileWorkersLive(wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const ended = new AbortController();
    try {
      await this.#workers.reduce((waiting, worker) => worker.whileAlive(waiting), wait(ended.signal));
    } finally {
      ended.abort();
    }
  }

  async #load(): Promise<void> {
    const { peer } = this.contestant;
    await Promise.all([
      this.producer.call('connect', { peer, port: this.redis.port }),
      ...this.#workers.map((worker) => worker.call('load', { peer })),
    ]);
  }

  async #end(): Promise<void> {
    await Promise.all([this.producer, ...this.#workers].map((process) => process.kill()));
    await this.redis.stop();
  }
}
