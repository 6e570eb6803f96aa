import { MOST_PER_CLAIM } from './fetch-plan.ts';

/**
 * Jobs that were claimed and have not started, in memory that the heartbeat thread shares: when the main loop is blocked,
 * the thread gives back what has waited too long. Each job is a cell; one compare-and-exchange decides whether it starts
 * (main loop) or is released (thread). A block holds one claim; a cell's value names the block's generation, so that a
 * thread that looks at a block while it is reused cannot touch the new claim.
 */
export const BLOCKS = 64;
/** The most jobs of one claim that the thread sees: those of any claim (`MOST_PER_CLAIM`). */
export const BLOCK_JOBS = MOST_PER_CLAIM;
const ID_LENGTH = 26;

/** Fields of a block's header, as indices into its numbers. */
const GENERATION = 0;
const CLAIMED_AT = 1;
const CLAIM = 2;
const SHARD = 3;
const COUNT = 4;
const HEADER = 8;

const WAITING = 1;
const STARTED = 2;
const RELEASED = 3;

/** The memory itself; plain data that a thread can be given. */
export interface AheadMemory {
  readonly headers: SharedArrayBuffer;
  readonly cells: SharedArrayBuffer;
  readonly ids: SharedArrayBuffer;
}

/** Makes the memory. */
export function createAheadMemory(): AheadMemory {
  return {
    headers: new SharedArrayBuffer(BLOCKS * HEADER * Float64Array.BYTES_PER_ELEMENT),
    cells: new SharedArrayBuffer(BLOCKS * (BLOCK_JOBS + 1) * Int32Array.BYTES_PER_ELEMENT),
    ids: new SharedArrayBuffer(BLOCKS * BLOCK_JOBS * ID_LENGTH),
  };
}

/** A claim that waits to start. */
export interface AheadClaim {
  readonly shard: number;
  readonly claim: number;
  readonly ids: readonly string[];
}

/** ms on a clock that all threads of a process share. */
export function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** The table, seen from either thread. */
export class AheadTable {
  readonly #headers: Float64Array;
  readonly #cells: Int32Array;
  readonly #ids: Buffer;
  readonly #free: number[] = Array.from({ length: BLOCKS }, (_, block) => block);
  #generation = 0;

  constructor(memory: AheadMemory) {
    this.#headers = new Float64Array(memory.headers);
    this.#cells = new Int32Array(memory.cells);
    this.#ids = Buffer.from(memory.ids);
  }

  /** Main loop: whether another claim can be put in. */
  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** Main loop: puts a claim in; returns its block, or -1 when there is no room: then the thread does not see it. */
  put(claim: AheadClaim): number {
    const block = this.#free.pop();
    if (block === undefined) return -1;
    // 24 bits, so that generation and state fit into a cell.
    this.#generation = (this.#generation % 0xffffff) + 1;
    const header = block * HEADER;
    this.#ids.write(claim.ids.join(''), block * BLOCK_JOBS * ID_LENGTH, 'latin1');
    this.#headers[header + GENERATION] = this.#generation;
    this.#headers[header + CLAIMED_AT] = sharedNow();
    this.#headers[header + CLAIM] = claim.claim;
    this.#headers[header + SHARD] = claim.shard;
    this.#headers[header + COUNT] = claim.ids.length;
    const waiting = this.#generation * 4 + WAITING;
    const cells = block * (BLOCK_JOBS + 1);
    for (let i = 1; i <= claim.ids.length; i++) this.#cells[cells + i] = waiting;
    // Last, and atomically: from here on the thread may look.
    Atomics.store(this.#cells, cells, this.#generation);
    return block;
  }

  /** Main loop: starts a job, unless the thread has released it. */
  start(block: number, job: number): boolean {
    if (block < 0) return true;
    const cell = block * (BLOCK_JOBS + 1) + 1 + job;
    const waiting = (this.#headers[block * HEADER + GENERATION] ?? 0) * 4 + WAITING;
    return Atomics.compareExchange(this.#cells, cell, waiting, waiting - WAITING + STARTED) === waiting;
  }

  /** Main loop: all jobs of the block have started or were released. */
  free(block: number): void {
    if (block < 0) return;
    Atomics.store(this.#cells, block * (BLOCK_JOBS + 1), 0);
    this.#free.push(block);
  }

  /** Thread: takes the jobs that have waited longer than `ageMs` out of the table, in the order of claiming. */
  takeOverdue(ageMs: number): AheadClaim[] {
    const taken: AheadClaim[] = [];
    const now = sharedNow();
    for (let block = 0; block < BLOCKS; block++) {
      const claim = this.#takeFrom(block, now - ageMs);
      if (claim !== undefined) taken.push(claim);
    }
    return taken;
  }

  #takeFrom(block: number, before: number): AheadClaim | undefined {
    const cells = block * (BLOCK_JOBS + 1);
    const header = block * HEADER;
    const generation = Atomics.load(this.#cells, cells);
    if (generation === 0 || (this.#headers[header + CLAIMED_AT] ?? 0) > before) return undefined;
    const count = this.#headers[header + COUNT] ?? 0;
    const [claim = 0, shard = 0] = [this.#headers[header + CLAIM], this.#headers[header + SHARD]];
    // Read before the exchange: as long as a cell has this generation, what was read belongs to it.
    const text = this.#ids.toString(
      'latin1',
      block * BLOCK_JOBS * ID_LENGTH,
      (block * BLOCK_JOBS + count) * ID_LENGTH,
    );
    const waiting = generation * 4 + WAITING;
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const was = Atomics.compareExchange(this.#cells, cells + 1 + i, waiting, waiting - WAITING + RELEASED);
      if (was === waiting) ids.push(text.slice(i * ID_LENGTH, (i + 1) * ID_LENGTH));
    }
    return ids.length === 0 ? undefined : { shard, claim, ids };
  }
}
