import { encodeRecord, placeDigit } from './job/job.ts';
import type { JobGroup, ProducerJobs } from './store/producer-call.ts';
import type { QueueStore } from './store/queue-store.ts';

/** A job on its way to Redis. */
export interface NewJob {
  readonly id: string;
  readonly queue: string;
  /** The digit of its priority. */
  readonly priority: number;
  /** Whether it goes to the front of its queue. */
  readonly toFront: boolean;
  /** Whether its header ties it to others. */
  readonly isTied: boolean;
  /** Whether a tie of it must be looked at when it is stored; limits and rates count only when it is claimed. */
  readonly needsAdmission: boolean;
  /** `in <ms>` or `at <ms since 1970>`; undefined: it may run now. */
  readonly due: string | undefined;
  /** The draft batch that gathers it, when nothing else ties it; undefined: none. */
  readonly draft?: string | undefined;
  /** Its record, but for the mark's first five characters. */
  readonly body: string;
  /** A payload that has a key of its own. */
  readonly largePayload: string | undefined;
}

/** The most jobs of a call: few enough that Redis works on one call while the next is made, many enough that a call's own cost is small. */
export const MOST_JOBS = 500;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** How many of these jobs fit into one call. */
export function batchLength(jobs: readonly NewJob[]): number {
  let characters = 0;
  const most = Math.min(jobs.length, MOST_JOBS);
  for (let i = 0; i < most; i++) {
    characters += (jobs[i]?.body.length ?? 0) + (jobs[i]?.largePayload?.length ?? 0);
    if (characters > MOST_CHARACTERS && i > 0) return i;
  }
  return most;
}

/** Asks for the codes of queues that are not known here. */
export async function learnQueues(jobs: readonly NewJob[], queues: QueueStore): Promise<void> {
  const unknown: string[] = [];
  let last: string | undefined;
  for (const { queue } of jobs) {
    if (queue !== last && queues.knownCode(queue) === undefined && !unknown.includes(queue))
      unknown.push(queue);
    last = queue;
  }
  if (unknown.length > 0) await queues.learnCodes(unknown);
}

/** Jobs as a call takes them; `inOrder`: and they keep their order, which may take more groups. */
export function producerJobs(jobs: readonly NewJob[], queues: QueueStore, inOrder = false): ProducerJobs {
  return { largePayloads: largePayloads(jobs), groups: groupsOf(jobs, queues, inOrder) };
}

/** Jobs that share queue and place. Mostly all do, so the last group is asked first. */
function groupsOf(jobs: readonly NewJob[], queues: QueueStore, inOrder: boolean): JobGroup[] {
  const groups: Group[] = [];
  let last: Group | undefined;
  for (const job of jobs) {
    if (last === undefined || !belongs(job, last)) {
      last = inOrder ? undefined : groups.find((group) => belongs(job, group));
      if (last === undefined) groups.push((last = groupOf(job, queues)));
    }
    last.jobs.push(job.id, last.head + job.body);
  }
  return groups;
}

interface Group extends JobGroup {
  readonly priority: number;
  readonly due: string | undefined;
  readonly isTied: boolean;
  readonly toFront: boolean;
  /** The first five characters of its records. */
  readonly head: string;
  readonly jobs: string[];
}

function groupOf(job: NewJob, queues: QueueStore): Group {
  const { queue, priority, due, isTied, toFront, draft } = job;
  const code = queues.knownCode(queue) ?? '';
  const place = draft ?? due ?? (job.needsAdmission ? 'now' : String(priority)) + (toFront ? '<' : '');
  const ownState = due === undefined ? 'E' : 'S';
  const head = encodeRecord(draft === undefined ? ownState : 'A', code + placeDigit(priority, isTied), '');
  return { queue, code, place, priority, due, isTied, toFront, head, jobs: [] };
}

type Place = Pick<NewJob, 'queue' | 'priority' | 'due' | 'isTied' | 'toFront'>;

function belongs(job: Place, group: Place): boolean {
  return (
    job.queue === group.queue &&
    job.priority === group.priority &&
    job.due === group.due &&
    job.isTied === group.isTied &&
    job.toFront === group.toFront
  );
}

function largePayloads(jobs: readonly NewJob[]): { id: string; payload: string }[] {
  const large: { id: string; payload: string }[] = [];
  for (const { id, largePayload } of jobs) {
    if (largePayload !== undefined) large.push({ id, payload: largePayload });
  }
  return large;
}
