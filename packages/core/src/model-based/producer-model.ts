import type { ProducerCall, ProducerReply } from '../store/job-store.ts';
import type { Job, World } from './world.ts';
import { count, wait } from './world.ts';

/** Codes of queues in the order of their first use. */
export const QUEUES: readonly string[] = ['mail', 'video'];
export const codeOf = (queue: string): string => String(QUEUES.indexOf(queue)).padStart(3, '0');

/** `place` as the call writes it; the priority is in the record. */
interface NewJobs {
  readonly verb: 'enqueue' | 'schedule';
  readonly call: ProducerCall;
}

/** What a producer's call answers and changes. */
export function produce(world: World, { verb, call }: NewJobs): ProducerReply {
  const lanes = world.lanes.get(call.client) ?? new Map<number, number>();
  const last = lanes.get(call.lane);
  if (last === call.call) return 'ALREADY';
  if (last !== undefined && call.call < last) return 'STALE';
  if (call.groups.some(({ queue, code }) => code !== codeOf(queue))) return 'CODES';
  lanes.set(call.lane, call.call);
  world.lanes.set(call.client, lanes);
  const large = new Map(call.largePayloads.map(({ id, payload }) => [id, payload]));
  const existing: string[] = [];
  for (const group of call.groups) {
    for (let i = 0; i < group.jobs.length; i += 2) {
      const job = newJob(group.jobs[i] ?? '', group.queue, group.jobs[i + 1] ?? '');
      if (world.jobs.has(job.id)) existing.push(job.id);
      else store(world, job, { place: group.place, payload: large.get(job.id) });
    }
  }
  const total = call.groups.reduce((sum, { jobs }) => sum + jobs.length / 2, 0);
  count(world, `${verb}d`, total - existing.length);
  return existing.length > 0 ? { existing } : 'OK';
}

function newJob(id: string, queue: string, record: string): Job {
  return {
    id,
    queue,
    priority: Number(record.charAt(4)),
    payload: record.split('\n')[2] ?? '',
    state: 'enqueued',
    crashes: 0,
    blamed: 0,
    owner: undefined,
    since: undefined,
    at: 0,
    tail: [],
  };
}

function store(
  world: World,
  job: Job,
  { place, payload }: { place: string; payload: string | undefined },
): void {
  world.jobs.set(job.id, job);
  if (payload !== undefined) world.largePayloads.set(job.id, payload);
  const due = /^(in|at) (\d+)$/.exec(place);
  if (due === null) return wait(world, job, 'back');
  job.state = 'scheduled';
  job.at = Number(due[2]) + (due[1] === 'in' ? world.now : 0);
}
