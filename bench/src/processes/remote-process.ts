import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { Answer, Methods, Progress } from './calls.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Params<M> = M extends (...args: infer A) => unknown ? A : never;
type Result<M> = M extends (...args: never[]) => Promise<infer R> ? R : never;

/** The parent's end of a child process whose methods are `T`. */
export class RemoteProcess<T extends Methods<T>> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #failure: Promise<never>;
  #lastCall = 0;
  #onProgress: (progress: Progress) => void = () => {};

  constructor(module: URL) {
    this.#child = fork(module, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message: Answer | Progress) => this.#receive(message));
    this.#failure = new Promise((_, reject) => {
      this.#child.on('error', reject);
      this.#child.on('exit', (code, signal) =>
        reject(new Error(`A process ended early (${signal ?? code}).`)),
      );
    });
    this.#failure.catch((error: Error) => this.#rejectAll(error));
  }

  /** What `promise` resolves to, unless the process ends before that. */
  whileAlive<R>(promise: Promise<R>): Promise<R> {
    return Promise.race([promise, this.#failure]);
  }

  onProgress(listener: (progress: Progress) => void): void {
    this.#onProgress = listener;
  }

  call<K extends keyof T & string>(method: K, ...[params]: Params<T[K]>): Promise<Result<T[K]>> {
    this.#lastCall += 1;
    const call = this.#lastCall;
    const result = new Promise<Result<T[K]>>((resolve, reject) => {
      this.#waiting.set(call, { resolve: (value) => resolve(value as Result<T[K]>), reject });
      this.#child.send({ call, method, params }, (error) => {
        if (error !== null) this.#settle(call)?.reject(error);
      });
    });
    return this.whileAlive(result);
  }

  /** Ends the process at once; what has to be closed has been closed before. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #receive(message: Answer | Progress): void {
    switch (message.kind) {
      case 'progress':
        return this.#onProgress(message);
      case 'result':
        return this.#settle(message.call)?.resolve(message.result);
      case 'error':
        return this.#settle(message.call)?.reject(new Error(message.message));
    }
  }

  #settle(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  #rejectAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
