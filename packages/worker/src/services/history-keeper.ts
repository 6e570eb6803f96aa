import type { Histogram, Measures, WorkerRegistry } from '@linstock/core/internal';
import type { ShardLink } from '../shard-link.ts';
import { newIdentity } from '../shard-link.ts';

/** A worker that has run nothing still looks what all have counted, this often. */
const IDLE_MS = 60_000;
const NOTHING: ReadonlyMap<number, number> = new Map();

/** What is measured in this process. */
interface Measured {
  readonly waits: Histogram;
  readonly runs: Histogram;
}

/** Adds to the history what this worker has measured: seldom, with few numbers, and each of them once. */
export class HistoryKeeper {
  readonly #measured: Measured;
  readonly #recorders = new Map<WorkerRegistry, Recorder>();
  readonly #links: () => readonly Pick<ShardLink, 'registry'>[];
  readonly #failed: (error: unknown) => void;
  #sentAt = -Infinity;

  constructor(
    measured: Measured,
    links: () => readonly Pick<ShardLink, 'registry'>[],
    failed: (error: unknown) => void,
  ) {
    this.#measured = measured;
    this.#links = links;
    this.#failed = failed;
  }

  /** What was measured goes to the first shard; in the others it is only looked at what was counted. Never throws. */
  async record(): Promise<void> {
    const measures = { waits: this.#measured.waits.take(), runs: this.#measured.runs.take() };
    const isIdle = measures.waits.size === 0 && measures.runs.size === 0;
    const now = performance.now();
    if (isIdle && now - this.#sentAt < IDLE_MS) return;
    this.#sentAt = now;
    const sent = this.#links().map(({ registry }, i) =>
      this.#recorderOf(registry)
        .record(i === 0 ? measures : { waits: NOTHING, runs: NOTHING })
        .catch(this.#failed),
    );
    await Promise.all(sent);
  }

  #recorderOf(registry: WorkerRegistry): Recorder {
    const known = this.#recorders.get(registry) ?? new Recorder(registry);
    this.#recorders.set(registry, known);
    return known;
  }
}

/** Most calls that wait for an answer of Redis, some minutes of them; what is measured beyond that is lost. */
const MOST_PENDING = 30;

/** Numbered calls of one process to one shard. One without an answer is sent again as it was, so that it counts once. */
class Recorder {
  readonly #registry: WorkerRegistry;
  readonly #recorder = newIdentity();
  readonly #pending: Measures[] = [];
  #number = 0;
  #sending: Promise<void> | undefined;

  constructor(registry: WorkerRegistry) {
    this.#registry = registry;
  }

  record(measures: Pick<Measures, 'waits' | 'runs'>): Promise<void> {
    if (this.#pending.length < MOST_PENDING)
      this.#pending.push({ recorder: this.#recorder, number: ++this.#number, ...measures });
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async #send(): Promise<void> {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      await this.#registry.record(next);
      this.#pending.shift();
    }
  }
}
