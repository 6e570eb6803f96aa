import { Connection } from '../redis/connect.ts';
import { TestShard } from './test-shard.ts';

/** A store of the test kit, as far as it is needed here. */
interface Store {
  readonly url: string;
  namespace(): string;
}

/** Makes shards for tests: each in a namespace of its own, the last of `count` shards. */
export class Shards {
  readonly connection: Connection;
  readonly #store: Store;
  readonly #number: number;

  constructor(store: Store, count: number) {
    this.connection = new Connection(store.url, 'commands');
    this.#store = store;
    this.#number = count - 1;
  }

  async next(): Promise<TestShard> {
    await this.connection.ready(5000);
    return new TestShard(this.connection, this.#store.namespace(), this.#number);
  }

  close(): void {
    this.connection.close();
  }
}
