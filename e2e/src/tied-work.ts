import type { TestRedis } from '@linstock/test-kit/redis';
import { Family } from './family.ts';
import { Orders } from './orders.ts';
import type { Ticks } from './recurring-ticks.ts';
import { drainedOfPoison } from './poisoned.ts';
import { allTicked, defineMissed } from './recurring-ticks.ts';
import type { Stage } from './stage.ts';
import { nothingTied } from './tie-leftovers.ts';

/** Jobs of all kinds that are tied to others, and recurring ones: work that makes a worker call each of its scripts. */
export class TiedWork {
  readonly orders: Orders;
  readonly family: Family;
  readonly ticks: Ticks[] = [];
  readonly #stage: Stage;
  readonly #redis: TestRedis;

  private constructor(stage: Stage, redis: TestRedis, orders: Orders) {
    this.#stage = stage;
    this.#redis = redis;
    this.orders = orders;
    this.family = new Family(stage);
  }

  static async open(stage: Stage, redis: TestRedis): Promise<TiedWork> {
    return new TiedWork(stage, redis, await Orders.open(stage));
  }

  async add(): Promise<void> {
    const name = `n${this.ticks.length}`;
    await this.orders.enqueue(54);
    await this.family.found(name, 80);
    // Nobody serves this queue: their time passes.
    for (let n = 0; n < 5; n++) await this.#stage.enqueue({}, { queue: 'nowhere', expireIn: 20 });
    this.ticks.push(await defineMissed(this.#stage, this.#redis, { id: name }));
  }

  /** Resolves when all is done, and nothing is tied to anything. */
  async done(leaseMs: number): Promise<void> {
    await allTicked(this.#stage);
    await drainedOfPoison(this.#stage);
    await nothingTied(this.#redis, leaseMs);
  }
}
