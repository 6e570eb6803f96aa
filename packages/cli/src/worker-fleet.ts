import { setTimeout as delay } from 'node:timers/promises';
import type { Serving, WorkerPlan } from './run-worker.ts';
import { WorkerProcess } from './worker-process.ts';

const FIRST_BACKOFF_MS = 500;
const MOST_BACKOFF_MS = 30_000;
/** A process that lived this long was healthy: its end is not the next one of a series. */
const HEALTHY_MS = 60_000;

/** What happens to the processes, for people. */
export type Tell = (line: string) => void;

/** Worker processes that are started again when they die, and stopped together. */
export class WorkerFleet {
  readonly #plan: WorkerPlan;
  readonly #tell: Tell;
  readonly #running = new Set<WorkerProcess>();
  readonly #stopping = new AbortController();
  #count = 0;

  constructor(plan: WorkerPlan, tell: Tell) {
    this.#plan = plan;
    this.#tell = tell;
  }

  /** How many there should be. */
  get count(): number {
    return this.#count;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Those that live, whether they have started or not. */
  get processes(): ReadonlySet<WorkerProcess> {
    return this.#running;
  }

  /** Resolves when all take jobs. Throws what the first one could not do: a module that does not load never will. */
  async start(count: number): Promise<Serving> {
    this.#count = count;
    const first = await this.#launch();
    void this.#keepAlive(first.process);
    const others = Array.from({ length: count - 1 }, async () => {
      const { process } = await this.#launch();
      void this.#keepAlive(process);
    });
    await Promise.all(others);
    return first.serving;
  }

  /** Ends all in good order, `now`: without waiting for their jobs. May be called twice. */
  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running].map((process) => process.stop(options)));
  }

  /** Ends all at once. */
  kill(): void {
    this.#stopping.abort();
    for (const process of this.#running) process.kill();
  }

  async #launch(): Promise<{ readonly process: WorkerProcess; readonly serving: Serving }> {
    const process = new WorkerProcess();
    this.#running.add(process);
    void process.ended.then(() => this.#running.delete(process));
    try {
      return { process, serving: await process.start(this.#plan) };
    } catch (error) {
      await process.stop();
      throw error;
    }
  }

  async #keepAlive(first: WorkerProcess): Promise<void> {
    let process: WorkerProcess | undefined = first;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      const startedAt = performance.now();
      if (process !== undefined) {
        const { code, signal } = await process.ended;
        if (this.#stopping.signal.aborted) return;
        if (performance.now() - startedAt > HEALTHY_MS) failures = 0;
        this.#tell(
          `worker process ${process.pid} ended (${signal ?? `exit code ${code}`}); it is started again`,
        );
      }
      await this.#wait(Math.min(FIRST_BACKOFF_MS * 2 ** failures++, MOST_BACKOFF_MS));
      if (this.#stopping.signal.aborted) return;
      process = await this.#relaunch();
    }
  }

  async #relaunch(): Promise<WorkerProcess | undefined> {
    try {
      const { process } = await this.#launch();
      this.#tell(`worker process ${process.pid} runs`);
      return process;
    } catch (error) {
      this.#tell(
        `a worker process could not be started: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  async #wait(ms: number): Promise<void> {
    // Jitter: processes that died together are not started together.
    await delay(ms * (0.5 + Math.random() / 2), undefined, { signal: this.#stopping.signal }).catch(
      () => undefined,
    );
  }
}
