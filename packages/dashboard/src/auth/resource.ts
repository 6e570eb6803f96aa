import type { Call, Parts, Route } from '../api/call.ts';
import { fieldIn, queueAsked, textIn } from '../api/call.ts';
import { askedJobs, askedSearch, parseSearch } from '../api/search-query.ts';

/** What somebody wants to do something to. What is not there is not known, or is all of them. */
export interface Resource {
  /** The first part of the action: `jobs`, `queues`, `recurring`, `workers`, … */
  readonly kind: string;
  /** Of a job, a recurring job, a batch, a worker, an operation. */
  readonly id?: string;
  /** The queue that it is, or that it is in or goes to. */
  readonly queue?: string;
  /** The name of the job. */
  readonly name?: string;
}

/**
 * What a route does, in two words: the first part of its path, and its last one where that is a verb; else `read`, `create` or
 * `remove`. Pure.
 */
export function actionOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  const [, kind = '', ...rest] = path.replace(/^\/api(?=\/)/, '').split('/');
  if (method === 'GET') return `${kind}.read`;
  const verb = rest.findLast((part) => !part.startsWith(':'));
  return `${kind}.${verb ?? (method === 'DELETE' ? 'remove' : 'create')}`;
}

/** What a request is about: where it moves something, both ends. @throws {RedisError} */
export async function resourcesOf(route: Route, call: Call, parts: Parts): Promise<readonly Resource[]> {
  const [kind = ''] = actionOf(route).split('.', 1);
  const { id } = call.params;
  const found = await aboutOf(kind, call.params, parts);
  const own = { kind, ...(id !== undefined && { id }) };
  // What was counted is deleted, whatever else the request says.
  const counted = kind === 'bulk' ? textIn(call.body, 'counted', 64) : undefined;
  if (counted !== undefined) return [{ ...own, ...(await queueOfOperation(counted, parts)) }];
  const asked = { ...own, ...askedQueue(kind, call), ...named('name', textIn(call.body, 'name')) };
  // Where many are moved to.
  const target = kind === 'bulk' ? textIn(call.body, 'queue') : undefined;
  if (target !== undefined) return [asked, { ...own, queue: target }];
  if (found === undefined) return [asked];
  return asked.queue === undefined ? [{ ...own, ...found }] : [{ ...own, ...found }, asked];
}

/** The queue of what an operation is about; none where that is not of one. */
async function queueOfOperation(id: string, { client }: Parts): Promise<Pick<Resource, 'queue'>> {
  return named('queue', (await client.operations.get(id))?.filter.queue);
}

/** The queue that the request itself names, and is bound to: a word that its route passes over binds nothing. */
function askedQueue(kind: string, call: Call): { readonly queue?: string } {
  return named('queue', QUEUE_OF[kind]?.(call) ?? undefined);
}

const inBody = ({ body }: Call): string | undefined => textIn(body, 'queue');

const QUEUE_OF: Readonly<Record<string, (call: Call) => string | null | undefined>> = {
  queues: ({ params }) => params['name'],
  jobs: (call) => (call.request.method === 'GET' ? queueAsked(call.query) : inBody(call)),
  recurring: inBody,
  bulk: ({ body }) => textIn(fieldIn(body, 'filter'), 'queue'),
  selections: ({ body }) => namedQueueOf(textIn(body, 'q')),
  search: ({ query }) => askedSearch(query, Date.now()).namedQueue,
  export: ({ query }) => askedJobs(query, Date.now()).namedQueue,
};

/** A search that says nothing finds nothing: its route refuses it. */
function namedQueueOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : parseSearch(text, Date.now()).namedQueue;
}

function named<Key extends string>(key: Key, value: string | undefined): { readonly [key in Key]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [key in Key]?: string });
}

type About = Pick<Resource, 'queue' | 'name'>;

/** What is known of a thing that belongs to a queue; undefined: there is none, or it is something else. */
async function aboutOf(kind: string, { id, name }: Call['params'], parts: Parts): Promise<About | undefined> {
  if (kind === 'contracts' && name !== undefined) {
    const contract = await parts.monitor.contract(name);
    return contract && { queue: contract.queue, name };
  }
  if (id === undefined) return undefined;
  if (kind === 'operations') return queueOfOperation(id, parts);
  if (kind === 'jobs') {
    const job = await parts.monitor.job(id);
    return job === undefined || 'damaged' in job ? undefined : { queue: job.queue, name: job.name };
  }
  if (kind !== 'recurring') return undefined;
  const job = (await parts.client.recurring.get(id))?.job;
  return job === undefined ? undefined : { queue: job.queue, name: job.name };
}
