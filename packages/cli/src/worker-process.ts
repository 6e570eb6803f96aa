import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError } from './errors.ts';
import type { Serving, WorkerPlan } from './run-worker.ts';
import type { ChildMessage, ParentMessage } from './worker-messages.ts';

const CHILD = fileURLToPath(new URL('./worker-child.js', import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ending>;
  #hasEnded = false;

  /** The process starts at once, and does nothing until {@link start}. */
  constructor() {
    this.#child = fork(CHILD, [], { stdio: 'inherit', serialization: 'advanced' });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: 1, signal: null }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    void this.ended.then(() => (this.#hasEnded = true));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it takes jobs. Throws what the process could not do, or `WORKER_FAILED` when it ended. */
  async start(plan: WorkerPlan): Promise<Serving> {
    const answer = new Promise<ChildMessage>((resolve) => this.#child.once('message', resolve));
    this.#send({ kind: 'start', plan });
    const first = await Promise.race([answer, this.ended]);
    if (!('kind' in first)) throw endedEarly(first);
    if (first.kind === 'ready') return first.serving;
    const error = new CliError(first.code, first.message);
    error.stack = first.stack;
    throw error;
  }

  /** Ends it in good order, `now`: without waiting for its jobs; resolves when it has ended. May be called twice. */
  async stop({ now = false } = {}): Promise<Ending> {
    this.#send({ kind: 'stop', now });
    return this.ended;
  }

  /** Ends it at once. What it ran, runs again elsewhere when its lease has expired. */
  kill(): void {
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
  }

  #send(message: ParentMessage): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function endedEarly({ code, signal }: Ending): CliError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return new CliError('WORKER_FAILED', `the worker process ended before it was ready (${how})`);
}
