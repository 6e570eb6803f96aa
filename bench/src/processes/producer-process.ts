// A process that enqueues: it loads one library, does as it is told by the bench, and times itself.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Feature } from '../features.ts';
import { createInputs, type JobInput } from '../job-input.ts';
import { loadPeer, type EnqueueMany, type PeerName, type Producer } from '../peer.ts';
import { monotonicNs } from './calls.ts';
import { serveCalls } from './serve-calls.ts';

/** Calls in flight when neither one at a time nor in bulk. */
const WINDOW = 100;

type PlainWay = 'one' | 'window' | 'bulk';

/** Plain jobs one by one, many at a time, or in bulk; or in bulk with a feature. */
export type EnqueueWay = PlainWay | Feature;

/** What a call took, without the making of the payloads. */
export interface Spent {
  readonly tookNs: number;
  /** User and system time of the producer's process. */
  readonly cpuUs: number;
}

export interface JobRange {
  /** Number of the first job. */
  readonly from: number;
  readonly count: number;
}

let producer: Producer | undefined;

function connected(): Producer {
  if (producer === undefined) throw new Error('The producer is not connected.');
  return producer;
}

async function oneByOne(
  inputs: readonly JobInput[],
  send: (input: JobInput) => Promise<void>,
): Promise<void> {
  for (const input of inputs) await send(input);
}

async function inWindow(
  inputs: readonly JobInput[],
  send: (input: JobInput, index: number) => Promise<void>,
): Promise<void> {
  const entries = inputs.entries();
  const sendNext = async (): Promise<void> => {
    for (const [index, input] of entries) await send(input, index);
  };
  await Promise.all(Array.from({ length: WINDOW }, sendNext));
}

const PLAIN_WAYS: Readonly<Record<PlainWay, EnqueueMany>> = {
  one: (inputs) => oneByOne(inputs, connected().enqueue),
  window: (inputs) => inWindow(inputs, connected().enqueue),
  bulk: (inputs) => connected().enqueueMany(inputs),
};

function isPlain(way: EnqueueWay): way is PlainWay {
  return way in PLAIN_WAYS;
}

function enqueueIn(way: EnqueueWay): EnqueueMany {
  const enqueue = isPlain(way) ? PLAIN_WAYS[way] : connected().enqueueWith[way];
  if (enqueue === undefined) throw new Error(`This library cannot enqueue with '${way}'.`);
  return enqueue;
}

async function spentBy(work: () => Promise<void>): Promise<Spent> {
  const before = process.cpuUsage();
  const startNs = monotonicNs();
  await work();
  const tookNs = monotonicNs() - startNs;
  const { user, system } = process.cpuUsage(before);
  return { tookNs, cpuUs: user + system };
}

const methods = {
  async connect({ peer, port }: { readonly peer: PeerName; readonly port: number }): Promise<void> {
    producer = await (await loadPeer(peer)).connectProducer(port);
  },

  async enqueue({ way, from, count }: JobRange & { readonly way: EnqueueWay }): Promise<Spent> {
    const inputs = createInputs(from, count);
    return spentBy(() => enqueueIn(way)(inputs));
  },

  /** Defines a recurring job for each number, all to run first at one instant; many calls at a time. */
  async recur({ from, count, firstAtMs }: JobRange & { readonly firstAtMs: number }): Promise<Spent> {
    const { recur } = connected();
    if (recur === undefined) throw new Error('This library has no recurring jobs.');
    const inputs = createInputs(from, count);
    return spentBy(() => inWindow(inputs, (input) => recur(input, firstAtMs)));
  },

  /** Enqueues one job each `everyMs`; returns when each enqueue was begun. */
  async pace({
    from,
    count,
    everyMs,
  }: JobRange & { readonly everyMs: number }): Promise<{ readonly beganNs: number[] }> {
    const beganNs: number[] = [];
    for (const input of createInputs(from, count)) {
      beganNs.push(monotonicNs());
      await connected().enqueue(input);
      await sleep(everyMs);
    }
    return { beganNs };
  },

  /** Schedules all jobs for one instant. */
  async scheduleAt({ from, count, dueAtMs }: JobRange & { readonly dueAtMs: number }): Promise<void> {
    await connected().scheduleMany(createInputs(from, count), dueAtMs);
  },

  /** Schedules the jobs one after another, `everyMs` apart. */
  async scheduleSpread(
    spread: JobRange & { readonly dueAtMs: number; readonly everyMs: number },
  ): Promise<void> {
    const inputs = createInputs(spread.from, spread.count);
    await inWindow(inputs, (input, index) =>
      connected().schedule(input, spread.dueAtMs + index * spread.everyMs),
    );
  },

  async close(): Promise<void> {
    await connected().close();
    producer = undefined;
  },
};

export type ProducerMethods = typeof methods;

serveCalls(methods);
