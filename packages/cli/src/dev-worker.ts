import type { Serving, WorkerPlan } from './run-worker.ts';
import { WorkerProcess } from './worker-process.ts';

/** A start of the worker of `linstock dev`. */
export interface DevStart {
  readonly pid: number;
  readonly serving: Serving;
  readonly tookMs: number;
}

/**
 * The worker process of `linstock dev`: replaced when sources change. The new one begins while the old one ends its jobs.
 * A spare process has loaded all but the modules, so that a change takes effect at once.
 */
export class DevWorker {
  readonly #plan: WorkerPlan;
  readonly #onDeath: (how: string) => void;
  readonly #all = new Set<WorkerProcess>();
  #spare: WorkerProcess | undefined;
  #current: WorkerProcess | undefined;
  #isStopping = false;

  constructor(plan: WorkerPlan, onDeath: (how: string) => void) {
    this.#plan = plan;
    this.#onDeath = onDeath;
  }

  /** Starts the worker, or replaces it. Throws what the new one could not do; then none runs. */
  async replace(): Promise<DevStart> {
    const startedAt = performance.now();
    void this.#current?.stop();
    const process = this.#spare ?? this.#spawn();
    this.#spare = undefined;
    this.#current = process;
    try {
      const serving = await process.start(this.#plan);
      return { pid: process.pid, serving, tookMs: performance.now() - startedAt };
    } catch (error) {
      if (this.#current === process) this.#current = undefined;
      void process.stop();
      throw error;
    } finally {
      if (!this.#isStopping) this.#spare ??= this.#spawn();
    }
  }

  /** Ends all processes in good order. */
  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#all].map((process) => process.stop(options)));
  }

  /** Ends all processes at once. */
  kill(): void {
    this.#isStopping = true;
    for (const process of this.#all) process.kill();
  }

  #spawn(): WorkerProcess {
    const process = new WorkerProcess();
    this.#all.add(process);
    void this.#watch(process);
    return process;
  }

  async #watch(process: WorkerProcess): Promise<void> {
    const { code, signal } = await process.ended;
    this.#all.delete(process);
    if (this.#spare === process) this.#spare = undefined;
    if (this.#current !== process || this.#isStopping) return;
    this.#current = undefined;
    this.#onDeath(signal ?? `exit code ${code}`);
  }
}
