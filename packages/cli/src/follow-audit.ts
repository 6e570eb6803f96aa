import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry, AuditFilter, Monitor } from '@linstock/core';
import { classifyError, fitsAudit, placeOf } from '@linstock/core/internal';

/** What is followed, and who is told of trouble. */
export interface AuditTail {
  readonly monitor: Pick<Monitor, 'audit'>;
  readonly filter: AuditFilter;
  /** So many of the last entries come first. */
  readonly lines: number;
  /** Tells a person of an outage, its end, and of entries that were passed over. */
  readonly tell: (line: string) => void;
}

type Place = readonly [ms: number, number: number];

const EVERY_MS = 1000;
/** A look costs Redis as much as it reads: usually there is little. */
const FIRST_PAGE = 50;
const PAGE = 500;
const MOST_PAGES = 10;

/** Entries of the audit log as they come, the oldest first; keeps a look's entries at most, and then one place per shard. */
export async function* followAudit({ monitor, filter, lines, tell }: AuditTail): AsyncGenerator<AuditEntry> {
  const places = new SeenPlaces(await monitor.audit({ limit: 1 }));
  if (lines > 0) {
    const last = await monitor.audit({ ...filter, limit: lines });
    yield* last.filter((entry) => !places.isNew(entry)).toReversed();
  }
  const outage = new Outage(tell);
  for (;;) {
    await delay(EVERY_MS);
    const { entries, isWhole } = await readNew(monitor, places).then(outage.ends, outage.bear);
    if (!isWhole) tell(`over ${entries.length} entries came at once: those before them are not shown`);
    for (const entry of entries) {
      places.see(entry);
      if (fitsAudit(entry, filter)) yield entry;
    }
  }
}

interface Look {
  readonly entries: readonly AuditEntry[];
  readonly isWhole: boolean;
}

/** What is new, the oldest first; not whole: there was more than a look may keep. */
async function readNew(monitor: AuditTail['monitor'], places: SeenPlaces): Promise<Look> {
  const found: AuditEntry[] = [];
  let before: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const limit = page === 0 ? FIRST_PAGE : PAGE;
    const read = await monitor.audit({ before, limit });
    const own = read.filter((entry) => places.isNew(entry));
    found.push(...own);
    // Shards are read one beside the other: what is new on one may stand before what is old on another.
    if (own.length === 0 || read.length < limit) return { entries: found.toReversed(), isWhole: true };
    before = read.at(-1)?.cursor;
  }
  return { entries: found.toReversed(), isWhole: false };
}

/** How far each shard's log was seen. */
class SeenPlaces {
  readonly #floor: Place;
  readonly #byShard = new Map<number, Place>();

  /** With the newest entry of all; without one everything is new. */
  constructor([newest]: readonly AuditEntry[]) {
    const [ms, number] = placeOf(newest?.cursor ?? '') ?? [-1, -1];
    this.#floor = [ms, number];
  }

  isNew({ cursor }: AuditEntry): boolean {
    const [ms, number, shard] = placeOf(cursor) ?? [0, 0, 0];
    const seen = this.#byShard.get(shard) ?? this.#floor;
    return ms > seen[0] || (ms === seen[0] && number > seen[1]);
  }

  see({ cursor }: AuditEntry): void {
    const [ms, number, shard] = placeOf(cursor) ?? [0, 0, 0];
    this.#byShard.set(shard, [ms, number]);
  }
}

/** Tells once that Redis is away, and that it is back. */
class Outage {
  readonly #tell: (line: string) => void;
  #isDown = false;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  readonly ends = (look: Look): Look => {
    if (this.#isDown) this.#tell('connected again');
    this.#isDown = false;
    return look;
  };

  /** Nothing is new. @throws {LinstockError} what will not pass by itself */
  readonly bear = (error: unknown): Look => {
    if (classifyError(error) === 'fault') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#isDown) this.#tell(`nothing can be read now, it is tried again: ${reason}`);
    this.#isDown = true;
    return { entries: [], isWhole: true };
  };
}
