// Results come through Redis while jobs run, so that what retention removes later has been read by then.
import { setTimeout as delay } from 'node:timers/promises';
import { ENDED_STATES } from '@linstock/core';

// More jobs than the worker runs at once, so that it never waits; far fewer than retention keeps.
const MOST_OPEN = 1000;
const GROUP = 200;
const LEAST_PAUSE_MS = 5;
const MOST_PAUSE_MS = 200;

/** Enqueues jobs, reads how each one ended, and counts. */
export class Collector {
  /** @readonly */
  #client;
  /** @readonly */
  #signal;
  /** @readonly */
  #onEnd;
  /** @readonly */
  #open = [];
  /** @readonly */
  #counts = { enqueued: 0, succeeded: 0, failed: 0 };

  /** `onEnd` gets the label of a job with its result, or with the error that tells why there is none. */
  constructor({ client, signal, onEnd }) {
    this.#client = client;
    this.#signal = signal;
    this.#onEnd = onEnd;
  }

  get counts() {
    return { ...this.#counts };
  }

  /** Notes a job that was enqueued. */
  add({ id }, label) {
    this.#counts.enqueued++;
    this.#open.push({ id, label });
  }

  /** Enqueues a job for each element of `source`, some hundred at a time, and no more than can be collected. */
  async addAll(source, enqueue) {
    let group = [];
    const flush = async () => {
      await this.#collect(MOST_OPEN);
      const handles = await enqueue(group);
      handles.forEach((handle, i) => this.add(handle, group[i]));
      group = [];
    };
    for await (const element of source) {
      group.push(element);
      if (group.length === GROUP) await flush();
    }
    if (group.length > 0) await flush();
  }

  /** Resolves when all jobs have ended. */
  async ended() {
    await this.#collect(0);
  }

  /**
   * Looks until no more than `most` jobs are open. For a single job `handle.result()` waits for a message; for a thousand
   * at once it is cheaper to look, oldest first. Throws the signal's reason.
   */
  async #collect(most) {
    let pauseMs = LEAST_PAUSE_MS;
    while (this.#open.length > most) {
      this.#signal.throwIfAborted();
      const group = this.#open.splice(0, GROUP);
      const jobs = await Promise.all(group.map(({ id }) => this.#client.get(id)));
      const open = group.filter((entry, i) => !this.#hasEnded(entry, jobs[i]));
      // To the end: one that takes long must not hide the others.
      this.#open.push(...open);
      const hasMoved = open.length < group.length;
      pauseMs = hasMoved ? LEAST_PAUSE_MS : Math.min(pauseMs * 2, MOST_PAUSE_MS);
      if (!hasMoved) await delay(pauseMs, undefined, { signal: this.#signal });
    }
  }

  #hasEnded({ id, label }, job) {
    if (job !== undefined && !job.damaged && !ENDED_STATES.includes(job.state)) return false;
    const hasSucceeded = job?.state === 'succeeded';
    this.#counts[hasSucceeded ? 'succeeded' : 'failed']++;
    this.#onEnd(label, hasSucceeded ? { result: job.result } : { error: reasonOf(id, job) });
    return true;
  }
}

/** Why a job that has ended has no result. */
function reasonOf(id, job) {
  if (job?.error !== undefined) return job.error.message;
  return `job ${id} ${job === undefined ? 'was deleted' : `is ${job.damaged ? 'damaged' : job.state}`}`;
}
