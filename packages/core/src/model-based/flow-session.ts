import type { JobTies } from '../job/ties.ts';
import { shardPrefix } from '../redis/keys.ts';
import type { Admission, ClaimReply, ProducerCall } from '../store/job-store.ts';
import { Stores } from './executions.ts';
import { findFlowDamage, isOpen, readFlow } from './flow-invariants.ts';
import { RATE_MS, RATES } from './flow-ties.ts';
import { findDamage } from './invariants.ts';
import { claimNumber } from './picks.ts';
import { QUEUES } from './producer-model.ts';
import type { Place } from './session.ts';
import type { Snapshot } from './snapshot.ts';
import { readSnapshot, removeAll } from './snapshot.ts';
import type { Tally } from './tally.ts';
import { timelessConnection } from './timeless-connection.ts';
import { LEASE_MS } from './world.ts';

const START_MS = 1_700_000_000_000;

/** What was sent, so that it can be executed again, later, and out of order. */
export interface SentCall {
  readonly name: string;
  readonly execute: (stores: Stores) => Promise<unknown>;
  /** What the client makes of the first answer that is not a refusal. */
  readonly note?: (reply: never) => void;
}

/** A job as its producer and its workers remember it. */
export interface Known {
  ties: JobTies;
  /** When it was stored or replaced; undefined: it was not, as far as is known. */
  acceptedAt: number | undefined;
  /** A job that was requeued has no deadline any more. */
  wasRequeued: boolean;
}

/** A process that works: an identity, the numbers it used, and the handlers that run in it. */
export interface FlowSlot {
  worker: string;
  lastClaim: number;
  running: { readonly claim: string; readonly id: string }[];
}

/** One run over a shard whose jobs are tied; what its clients remember. */
export class FlowSession {
  now = START_MS;
  readonly slots: FlowSlot[] = [];
  readonly ids: string[] = [];
  readonly known = new Map<string, Known>();
  readonly sent: SentCall[] = [];
  /** The highest call number per lane. */
  readonly numbers = new Map<number, number>();
  readonly tally: Tally;
  readonly stores: Stores;
  readonly #place: Place;
  readonly #starts = new Map<string, number[]>();
  readonly #windows = new Map<string, string>();
  #workers = 0;

  constructor(place: Place, tally: Tally) {
    this.#place = place;
    this.tally = tally;
    const clock = { read: () => this.now };
    const connection = timelessConnection(place.connection, place.scripts, {
      get now() {
        return clock.read();
      },
    });
    this.stores = new Stores(connection, shardPrefix(place.namespace, place.shard));
  }

  async start(): Promise<void> {
    this.tally.runs++;
    await this.stores.queues.learnCodes(QUEUES);
    for (const index of [0, 1]) {
      this.slots.push({ worker: '', lastClaim: 0, running: [] });
      await this.restartSlot(index);
    }
  }

  async end(): Promise<void> {
    await removeAll(this.#place.connection, [this.stores.prefix]);
  }

  slot(pick: number): FlowSlot {
    const slot = this.slots[pick % this.slots.length];
    if (slot === undefined) throw new Error('a run has slots from its start on');
    return slot;
  }

  /** A new process in place of one; what ran there runs no more. */
  async restartSlot(index: number): Promise<void> {
    const slot = this.slot(index);
    slot.worker = `worker${String(this.#workers++).padStart(6, '0')}`;
    slot.lastClaim = 0;
    slot.running = [];
    await this.stores.workers.register(slot.worker, LEASE_MS, '{}');
  }

  newId(): string {
    const id = String(this.ids.length).padStart(26, '0');
    this.ids.push(id);
    return id;
  }

  /** Executes a call; `late`: it only was sent, and arrives later or never. */
  async call(call: SentCall, late = false): Promise<unknown> {
    if (!this.sent.includes(call)) this.sent.push(call);
    if (late) return undefined;
    this.tally.calls++;
    const reply = await call.execute(this.stores);
    for (const word of wordsOf(reply)) {
      const answer = `${call.name} ${word}`;
      this.tally.answers.set(answer, (this.tally.answers.get(answer) ?? 0) + 1);
    }
    call.note?.(reply as never);
    return reply;
  }

  /** What a producer learns of its jobs. A repeated call may say nothing, but never anything else. */
  admitted(call: ProducerCall, ties: ReadonlyMap<string, JobTies>, words: 'OK' | readonly Admission[]): void {
    const ids = call.groups.flatMap(({ jobs }) => jobs.filter((_, i) => i % 2 === 0));
    ids.forEach((id, i) => {
      const word = words === 'OK' ? words : words[i];
      const accepted =
        word === 'OK' ? id : typeof word === 'object' && 'replaced' in word && word.replaced ? word.id : '';
      if (accepted === '') return;
      const flow = ties.get(id) ?? {};
      this.known.set(accepted, { ties: flow, acceptedAt: this.now, wasRequeued: false });
      for (const [key, mode] of flow.locks ?? []) if (mode === 'window') this.#holdWindow(key, accepted);
    });
  }

  #holdWindow(key: string, id: string): void {
    const holder = this.#windows.get(key) ?? id;
    if (holder !== id) throw new Error(`${id} was stored although ${holder} has the window ${key}`);
    this.#windows.set(key, id);
  }

  /** What a worker learns of a claim. `heard`: the answer reached it, so that it runs these jobs. */
  claimed(slot: FlowSlot, call: { worker: string; claim: string }, reply: ClaimReply, heard: boolean): void {
    if (reply.status !== 'OK') return;
    const ids = reply.jobs.filter((_, i) => i % 2 === 0);
    for (const id of ids) this.#started(id);
    if (heard && slot.worker === call.worker)
      slot.running.push(...ids.map((id) => ({ claim: call.claim, id })));
  }

  #started(id: string): void {
    const job = this.known.get(id);
    if (job?.acceptedAt === undefined) throw new Error(`${id} was claimed and never stored`);
    const { deadline, rates = [] } = job.ties;
    if (deadline !== undefined && !job.wasRequeued && job.acceptedAt + deadline <= this.now)
      throw new Error(`${id} was claimed after its deadline`);
    for (const [key] of rates) this.#starts.set(key, [...(this.#starts.get(key) ?? []), this.now]);
  }

  async snapshot(): Promise<Snapshot> {
    return readSnapshot(this.#place.connection, this.stores.prefix);
  }

  async check(): Promise<void> {
    const snapshot = await this.snapshot();
    const running = new Set(
      this.slots.flatMap(({ worker, running: jobs }) =>
        jobs.map(({ claim, id }) => `${worker}${claim}${id}`),
      ),
    );
    const wrong = [
      ...findDamage(snapshot),
      ...findFlowDamage(snapshot, { now: this.now, running }),
      ...this.#lost(snapshot),
      ...this.#tooManyStarts(),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  }

  /** Which accepted jobs are gone although nobody removed them: nothing here removes what has not ended. */
  #lost(snapshot: Snapshot): string[] {
    const removed = this.removed;
    return [...this.known.keys()]
      .filter((id) => !snapshot.has(`job:${id}`) && !removed.has(id))
      .map((id) => `${id} is lost`);
  }

  /** Jobs that a person removed, or that retention may have. */
  readonly removed = new Set<string>();

  #tooManyStarts(): string[] {
    return RATES.flatMap(([key, most, per, burst]) => {
      const starts = this.#starts.get(key) ?? [];
      return starts.flatMap((end, last) =>
        starts.slice(0, last + 1).flatMap((from, first) => {
          const count = last + 1 - first;
          const allowed =
            burst === 'w' ? (end - from < per ? most : Infinity) : burst + ((end - from) * most) / RATE_MS;
          return count > allowed + 1e-6 ? [`${count} jobs of ${key} started within ${end - from} ms`] : [];
        }),
      );
    });
  }

  /** The number of a slot's next claim. */
  nextClaim(slot: FlowSlot): string {
    return claimNumber(++slot.lastClaim);
  }

  /** Jobs that have not ended. */
  async open(): Promise<string[]> {
    return [...readFlow(await this.snapshot()).values()].filter(isOpen).map(({ id }) => id);
  }
}

function wordsOf(reply: unknown): string[] {
  if (typeof reply === 'string') return [reply];
  if (Array.isArray(reply)) return reply.map((word) => (typeof word === 'string' ? word : nameOf(word)));
  if (typeof reply !== 'object' || reply === null) return [];
  if ('status' in reply) return [String(reply.status)];
  return Object.entries(reply).flatMap(([name, value]) =>
    value === 0 || value === false ? [] : [`some ${name}`],
  );
}

function nameOf(word: unknown): string {
  return (word as { replaced?: boolean }).replaced === true ? 'replaced' : 'existing';
}
