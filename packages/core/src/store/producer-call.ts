import type { ScriptArgument, ScriptName } from '../redis/script.ts';
import { ProtocolError } from '../redis/script.ts';

/** New jobs on their way. */
export interface ProducerJobs {
  readonly largePayloads: readonly { readonly id: string; readonly payload: string }[];
  readonly groups: readonly JobGroup[];
}

/** A call of a producer: numbered in its lane, so that it is executed at most once. */
export interface ProducerCall extends ProducerJobs {
  readonly client: string;
  readonly lane: number;
  readonly call: number;
  /** Whether the lane's memory should live another hour. */
  readonly touch: boolean;
}

/** New jobs of one call that share queue and priority (enqueue) or queue and due time (schedule). */
export interface JobGroup {
  readonly queue: string;
  readonly code: string;
  /** The digit of the priority; or `in <ms>`, `at <ms since 1970>`; or (gather) the batch. */
  readonly place: string;
  /** id, record, id, record… */
  readonly jobs: readonly string[];
}

/**
 * What became of a producer's call. `CODES`: a queue's code was wrong, nothing is written. `existing`: these ids were there.
 * `full`: this queue has as many jobs as its settings allow; nothing is written. `GONE`: the batch is no draft any more.
 */
export type ProducerReply =
  | ProducerWord
  | { readonly existing: readonly string[] }
  | { readonly full: string };

/** Nothing is written: a queue's code was wrong, or this queue has as many jobs as its settings allow. */
export type ProducerRefusal = 'CODES' | { readonly full: string };

type ProducerWord = 'OK' | 'ALREADY' | 'STALE' | 'CODES' | 'GONE';

/**
 * What became of one tied job: stored; there already; not stored because `id` holds its lock; put in the place of `id`; or not
 * stored because its parent does not exist, its queue is full, or its batch is gone or has ended.
 */
export type Admission =
  | 'OK'
  | 'EXISTS'
  | { readonly id: string; readonly replaced: boolean }
  | { readonly missingParent: string }
  | { readonly full: string }
  | { readonly closedBatch: string; readonly hasEnded: boolean };

/** The arguments of the script. */
export function producerArguments(call: ProducerCall): ScriptArgument[] {
  const { client, lane, touch } = call;
  return [client, lane, call.call, touch ? 1 : 0, ...jobArguments(call)];
}

/** The arguments that tell of the jobs. */
export function jobArguments({ largePayloads, groups }: ProducerJobs): ScriptArgument[] {
  const args: ScriptArgument[] = [largePayloads.length];
  for (const { id, payload } of largePayloads) args.push(id, payload);
  for (const { queue, code, place, jobs } of groups) {
    args.push(queue, code, place, jobs.length / 2);
    for (const text of jobs) args.push(text);
  }
  return args;
}

const PRODUCER_WORDS: ReadonlySet<string> = new Set(['OK', 'ALREADY', 'STALE', 'CODES', 'GONE']);

function admission(word: string): Admission {
  if (word === 'OK' || word === 'EXISTS') return word;
  if (word.startsWith('!')) return { missingParent: word.slice(1) };
  if (word.startsWith('?') || word.startsWith('^'))
    return { closedBatch: word.slice(1), hasEnded: word.startsWith('^') };
  if (word.startsWith('=') || word.startsWith('~'))
    return { id: word.slice(1), replaced: word.startsWith('~') };
  throw new ProtocolError('admit', word);
}

/** The reply of enqueue and schedule. */
export function producerReply(script: ScriptName, reply: unknown): ProducerReply {
  const full = fullQueue(reply);
  if (full !== undefined) return full;
  if (typeof reply === 'string' && PRODUCER_WORDS.has(reply)) return reply as ProducerWord;
  if (!Array.isArray(reply) || reply[0] !== 'EXISTS') throw new ProtocolError(script, reply);
  return { existing: reply.slice(1).map(String) };
}

/** The reply of admit. */
export function admissions(reply: unknown): Admission[] | ProducerReply {
  const full = fullQueue(reply);
  if (full !== undefined) return full;
  if (typeof reply !== 'string') throw new ProtocolError('admit', reply);
  return PRODUCER_WORDS.has(reply) ? (reply as ProducerWord) : reply.split(' ').map(admission);
}

/** The reply of a script that did nothing; undefined: it is another one. */
export function refusal(reply: unknown): ProducerRefusal | undefined {
  return reply === 'CODES' ? reply : fullQueue(reply);
}

function fullQueue(reply: unknown): { readonly full: string } | undefined {
  return Array.isArray(reply) && reply[0] === 'FULL' ? { full: String(reply[1]) } : undefined;
}
