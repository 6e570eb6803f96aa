import type { WorkerOrder } from '@linstock/core/internal';
import type { ShardLink } from '../shard-link.ts';

/** What an order-taker needs of its worker. */
export interface OrderHost {
  /** The link to the first shard, where orders lie; undefined: there is none yet. */
  home(): Pick<ShardLink, 'registry' | 'identity'> | undefined;
  obey(order: WorkerOrder): void;
  failed(error: unknown): void;
}

/** Takes what a person has told a worker, each order once: at a message, or at a beat that names a newer one. */
export class OrderTaker {
  readonly #host: OrderHost;
  #taken = { identity: '', number: 0 };
  #isReading = false;

  constructor(host: OrderHost) {
    this.#host = host;
  }

  /** A beat named the last order. */
  beaten(number: number): void {
    if (number > this.#numberOf(this.#host.home()?.identity)) this.look();
  }

  /** There is something new. What comes while it is read, the next beat names. */
  look(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#read()
      .catch((error: unknown) => this.#host.failed(error))
      .finally(() => (this.#isReading = false));
  }

  async #read(): Promise<void> {
    const home = this.#host.home();
    if (home === undefined) return;
    const { registry, identity } = home;
    const before = this.#numberOf(identity);
    const order = await registry.orders(identity, before);
    if (order.number <= before) return;
    this.#taken = { identity, number: order.number };
    this.#host.obey(order);
  }

  #numberOf(identity: string | undefined): number {
    return identity === this.#taken.identity ? this.#taken.number : 0;
  }
}
