import type { JobHandle, RunOptions } from '@linstock/core';
import type { KeyLimit, KeyRate } from './limits-kept.ts';
import type { Act, Stage } from './stage.ts';
import { act } from './stage.ts';

/** Queues that the workers of these jobs serve; the second one has a limit of its own. */
export const ORDER_QUEUES: readonly string[] = ['default', 'narrow'];
const NARROW = 'narrow';
const NARROW_LIMIT = 3;
export const CUSTOMERS = 6;
const RATE = { perSecond: 40, burst: 5 };

/** What a job is, and what must be kept when it runs. */
interface Order {
  readonly input: Act;
  readonly options: RunOptions;
  readonly limits: readonly KeyLimit[];
  readonly rate?: KeyRate;
}

/** Jobs with limits, rates, unique keys, groups and deadlines, and of a queue with a limit, and what is known of them. */
export class Orders {
  readonly limits = new Map<string, readonly KeyLimit[]>();
  readonly rates = new Map<string, KeyRate>();
  readonly fromNs = process.hrtime.bigint();
  /** How often another job with a unique key was given. */
  existing = 0;
  readonly #stage: Stage;
  #next = 0;

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async open(stage: Stage): Promise<Orders> {
    // Before the stage's own client looks: one that has looked follows such a change within 5 s only.
    await using client = stage.newClient();
    await client.queue(NARROW).configure({ limit: NARROW_LIMIT });
    return new Orders(stage);
  }

  async enqueue(count: number): Promise<void> {
    const orders = Array.from({ length: count }, () => orderOf(this.#next++));
    const handles: JobHandle[] = await Promise.all(
      orders.map(({ input, options }) => this.#stage.client.enqueue(act, input, options)),
    );
    handles.forEach(({ id, status }, i) => {
      const order = orders[i];
      if (status !== 'stored' || order === undefined) return void this.existing++;
      this.#stage.own.push(id);
      this.limits.set(id, order.limits);
      if (order.rate !== undefined) this.rates.set(id, order.rate);
    });
  }
}

/** The n-th job: one of nine kinds, of one of the customers. All keys of a customer lie in one slot. */
function orderOf(n: number): Order {
  const customer = n % CUSTOMERS;
  const c = `{c${customer}}`;
  const slots: KeyLimit = [`${c}:slots`, (customer % 3) + 1];
  const pair: KeyLimit = [`${c}:pair`, 1];
  const grouped: KeyLimit = [`group:${c}`, 2];
  const keys = (...limits: KeyLimit[]): RunOptions => ({
    concurrency: limits.map(([key, limit]) => ({ key, limit })),
  });
  const unique = `${c}:u${n % 5}`;
  const rate = { key: `${c}:rate`, ...RATE };
  const rateLimit = { key: rate.key, limit: RATE.perSecond, per: '1s', burst: RATE.burst } as const;
  const kinds: Order[] = [
    { input: { ms: 20 }, options: keys(slots), limits: [slots] },
    { input: { ms: 10 }, options: keys(pair, slots), limits: [pair, slots] },
    { input: { ms: 2 }, options: { ...keys(slots), rateLimit }, limits: [slots], rate },
    { input: { ms: 20 }, options: { ...keys(slots), unique: { key: unique } }, limits: [slots] },
    { input: { ms: 40 }, options: { group: { key: c, limit: 2, weight: 1 + (n % 3) } }, limits: [grouped] },
    { input: { failures: 1, ms: 3 }, options: { ...keys(slots), retry: { fixed: 30 } }, limits: [slots] },
    {
      input: { ms: 4 },
      options: { ...keys(pair), unique: { key: unique, until: 'started' }, group: c },
      limits: [pair],
    },
    { input: { ms: 250, deaf: n % 16 === 7 }, options: { ...keys(slots), expireIn: '10m' }, limits: [slots] },
    { input: { ms: 15 }, options: { queue: NARROW }, limits: [[`queue:${NARROW}`, NARROW_LIMIT]] },
  ];
  const kind = kinds[Math.floor(n / CUSTOMERS) % kinds.length];
  if (kind === undefined) throw new Error('no such kind');
  return kind;
}
