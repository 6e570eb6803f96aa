import type { NewJob } from '@linstock/core/internal';

/** A promise that knows whether anybody looks at how it ends. */
class WatchedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  isWatched = false;

  // oxlint-disable-next-line unicorn/no-thenable -- a promise has one; this one takes note
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isWatched = true;
    return super.then(fulfilled, rejected);
  }

  /** An error that nobody looks at is the attempt's; it must not end the process. */
  quieten(): this {
    super.then(undefined, () => undefined).catch(() => undefined);
    return this;
  }
}

interface Failure {
  readonly call: WatchedPromise<unknown>;
  readonly error: unknown;
}

/** The calls of `ctx.enqueueChild` of one run. */
export class ChildCalls {
  readonly #made: (NewJob | undefined)[] = [];
  readonly #ends: Promise<void>[] = [];
  #underway = 0;
  readonly #failures: Failure[] = [];

  /** What is made, in the order of the calls. */
  get children(): readonly NewJob[] {
    return this.#made.filter((child) => child !== undefined);
  }

  /** Whether a call has not ended: its handler did not wait for it. */
  get isUnderway(): boolean {
    return this.#underway > 0;
  }

  /** How a call has failed that nobody looked at; undefined: none has. */
  get failure(): unknown {
    return this.#failures.find(({ call }) => !call.isWatched)?.error;
  }

  /** `make` resolves to the child, or refuses it. */
  add(make: () => Promise<NewJob>): Promise<{ readonly id: string }> {
    const making = this.#place(make, this.#made.push(undefined) - 1);
    const call = new WatchedPromise<{ readonly id: string }>((resolve) => resolve(making)).quieten();
    this.#ends.push(this.#end(making, call));
    return call;
  }

  async #place(make: () => Promise<NewJob>, at: number): Promise<{ readonly id: string }> {
    const child = await make();
    this.#made[at] = child;
    return { id: child.id };
  }

  async #end(making: Promise<unknown>, call: WatchedPromise<unknown>): Promise<void> {
    this.#underway++;
    try {
      await making;
    } catch (error) {
      this.#failures.push({ call, error });
    } finally {
      this.#underway--;
    }
  }

  /** Resolves when every call has ended that is under way now. */
  async settled(): Promise<void> {
    await Promise.all(this.#ends);
  }
}
