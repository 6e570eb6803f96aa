import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from './errors.ts';
import type { Serving, WorkerPlan } from './run-worker.ts';
import type { ChildMessage, ParentMessage, WorkerReport } from './worker-messages.ts';

/** A probe is asked with a second to answer in; a process that is busy for longer counts as silent. */
const REPORT_MS = 800;
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
  readonly #questions = new Map<number, (report: WorkerReport) => void>();
  #asked = 0;

  /** The process starts at once, and does nothing until {@link start}. */
  constructor() {
    this.#child = fork(CHILD, [], { stdio: 'inherit', serialization: 'advanced' });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: 1, signal: null }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    void this.ended.then(() => (this.#hasEnded = true));
    this.#child.on('message', (message: ChildMessage) => {
      if (message.kind === 'report') this.#questions.get(message.number)?.(message.report);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it takes jobs. Throws what the process could not do, or `WORKER_FAILED` when it ended. */
  async start(plan: WorkerPlan): Promise<Serving> {
    const answer = this.#started();
    this.#send({ kind: 'start', plan });
    const first = await Promise.race([answer, this.ended]);
    if (!('kind' in first)) throw endedEarly(first);
    if (first.kind === 'ready') return first.serving;
    const error = new CliError(first.code, first.message);
    error.stack = first.stack;
    throw error;
  }

  /** How it is; undefined: it does not answer in time. */
  async report({ hasMetrics = false } = {}): Promise<WorkerReport | undefined> {
    const number = ++this.#asked;
    const answer = new Promise<WorkerReport>((resolve) => this.#questions.set(number, resolve));
    const late = new AbortController();
    this.#send({ kind: 'report', number, hasMetrics });
    try {
      return await Promise.race([answer, this.#silence(late.signal)]);
    } finally {
      late.abort();
      this.#questions.delete(number);
    }
  }

  async #silence(signal: AbortSignal): Promise<undefined> {
    await Promise.race([this.ended, delay(REPORT_MS, undefined, { signal })]).catch(() => undefined);
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

  /** How its start ended; questions may be answered before. */
  #started(): Promise<Exclude<ChildMessage, { kind: 'report' }>> {
    return new Promise((resolve) => {
      const listen = (message: ChildMessage): void => {
        if (message.kind === 'report') return;
        this.#child.off('message', listen);
        resolve(message);
      };
      this.#child.on('message', listen);
    });
  }

  #send(message: ParentMessage): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function endedEarly({ code, signal }: Ending): CliError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return new CliError('WORKER_FAILED', `the worker process ended before it was ready (${how})`);
}
