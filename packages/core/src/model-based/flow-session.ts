import { shardPrefix } from '../redis/keys.ts';
import type { ClaimReply } from '../store/job-store.ts';
import { Stores } from './executions.ts';
import { findFlowDamage, isOpen, readFlow } from './flow-invariants.ts';
import { FlowMemory } from './flow-memory.ts';
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
  /** What its client makes of the answer. */
  readonly note?: (reply: never) => void;
}

export interface Held {
  readonly claim: string;
  readonly id: string;
  /** As its record says. */
  readonly isTied: boolean;
}

/** A process that works: an identity, the numbers it used, and what it holds. */
export interface FlowSlot {
  worker: string;
  lastClaim: number;
  /** Jobs whose handlers run. */
  running: Held[];
  /** Outcomes without an answer: they are sent until they have one. */
  unanswered: { readonly call: SentCall; readonly jobs: readonly Held[] }[];
}

/** What a worker names when it reconciles. */
export function heldBy({ running, unanswered }: FlowSlot): Held[] {
  return [...running, ...unanswered.flatMap(({ jobs }) => jobs)];
}

/** One run over a shard whose jobs are tied. */
export class FlowSession {
  now = START_MS;
  readonly slots: FlowSlot[] = [];
  readonly ids: string[] = [];
  readonly memory = new FlowMemory();
  readonly sent: SentCall[] = [];
  /** The highest call number per lane. */
  readonly numbers = new Map<number, number>();
  readonly tally: Tally;
  readonly stores: Stores;
  readonly #place: Place;
  /** Worker, claim and id of jobs whose claim's answer was lost, until that worker reconciles. */
  #unheard: readonly string[] = [];
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
      this.slots.push({ worker: '', lastClaim: 0, running: [], unanswered: [] });
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
    this.hear(slot.worker);
    slot.worker = `worker${String(this.#workers++).padStart(6, '0')}`;
    slot.lastClaim = 0;
    slot.running = [];
    slot.unanswered = [];
    await this.stores.workers.register(slot.worker, LEASE_MS, '{}');
  }

  newId(): string {
    const id = String(this.ids.length).padStart(26, '0');
    this.ids.push(id);
    return id;
  }

  /** The number of a slot's next claim. */
  nextClaim(slot: FlowSlot): string {
    return claimNumber(++slot.lastClaim);
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
    for (const slot of this.slots) slot.unanswered = slot.unanswered.filter((one) => one.call !== call);
    call.note?.(reply as never);
    return reply;
  }

  /** What becomes of a claim's answer. `slot`: it reached this one, which runs the jobs; undefined: it was lost. */
  claimed(call: { worker: string; claim: string }, reply: ClaimReply, slot: FlowSlot | undefined): void {
    if (reply.status !== 'OK') return;
    reply.jobs.forEach((id, i) => {
      if (i % 2 === 1) return;
      this.memory.claimed(id, this.now);
      const isTied = (reply.jobs[i + 1]?.charAt(4) ?? '') >= '4';
      if (slot === undefined) this.#unheard = [...this.#unheard, call.worker + call.claim + id];
      else if (slot.worker === call.worker) slot.running.push({ claim: call.claim, id, isTied });
    });
  }

  /** A worker that reconciles, or is gone, misses no answer any more. */
  hear(worker: string): void {
    this.#unheard = this.#unheard.filter((member) => !member.startsWith(worker));
  }

  snapshot(): Promise<Snapshot> {
    return readSnapshot(this.#place.connection, this.stores.prefix);
  }

  async check(): Promise<void> {
    const snapshot = await this.snapshot();
    const { now, memory } = this;
    const held = this.slots.flatMap((slot) => heldBy(slot).map(({ claim, id }) => slot.worker + claim + id));
    // One whose ties were replaced while a handler of it ran holds what it asked for then.
    const handled = new Set(held.filter((member) => !memory.wasReplaced(member.slice(24))));
    const running = new Set([...held, ...this.#unheard]);
    const wrong = [
      ...findDamage(snapshot),
      ...findFlowDamage(snapshot, { now, handled, running, started: memory.started() }),
      ...memory.findWrong(snapshot),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
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
  if ('due' in reply) return [...(reply.due as Iterable<string>)];
  return Object.entries(reply).flatMap(([name, value]) => (Number(value) > 0 ? [`some ${name}`] : []));
}

function nameOf(word: unknown): string {
  return (word as { replaced?: boolean }).replaced === true ? 'replaced' : 'existing';
}
