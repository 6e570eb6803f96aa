import type {
  ClockEffect,
  NextRun,
  RecurringChanges,
  RecurringPageOptions,
  RecurringRow,
  RecurringView,
  ScheduleOptions,
  TickEntry,
} from '@linstock/core';
import { LinstockError, OptionError, RecurringNotFoundError } from '@linstock/core';
import { decodeHeader } from '@linstock/core/internal';
import type { Item } from '../auth/allowed.ts';
import { onlyAllowed } from '../auth/allowed.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { actorOf, numberIn, param, textIn } from './call.ts';
import { contractIn } from './contracts.ts';
import { cronWords } from './cron-words.ts';
import { anything, choice, PRIORITIES, REASON, required, text, whole } from './fields.ts';
import { inputIn } from './input.ts';
import { findNarrowed, NARROW_CHUNK } from './narrow-list.ts';

const NEXT_RUNS = 5;
const SCHEDULE = {
  cron: text('By the clock: minute hour day month weekday.'),
  every: text('In a fixed rhythm, such as 90s.'),
  timeZone: text('Of the clock, such as Europe/Berlin; default UTC.'),
};
const DEFINITION = {
  ...REASON,
  ...SCHEDULE,
  misfire: choice(['once', 'all', 'skip'], 'What becomes of ticks that nobody was there for.'),
  overlap: choice(['allow', 'skip'], 'Whether a run may begin before the last one has ended.'),
  queue: text('Of its jobs.'),
  priority: choice(PRIORITIES, 'Of its jobs.'),
  version: whole('Of the contract.'),
  input: anything('What the handler gets.'),
};

/** Input and metadata of a definition stay where they are: secrets may stand in them, and its runs show them masked. */
function withoutInput({ job, ...definition }: RecurringView): object {
  const { name, queue, priority } = job;
  const version = decodeHeader(job.header)?.version;
  return { ...definition, job: { name, queue, priority, version }, ...wordsOf(definition.schedule.cron) };
}

function wordsOf(cron: string | undefined): object {
  const words = cron === undefined ? undefined : cronWords(cron);
  return words === undefined ? {} : { words };
}

/** When it runs next; `clock` tells, by the instant, what a change of the clock does to a run. */
function tellNext(runs: readonly NextRun[]): object {
  const changed = runs.filter((run): run is NextRun & { clock: ClockEffect } => run.clock !== undefined);
  return {
    next: runs.map(({ at }) => at.getTime()),
    clock: Object.fromEntries(changed.map(({ at, clock }) => [at.getTime(), clock])),
  };
}

function pageIn(query: URLSearchParams): RecurringPageOptions {
  const [wanted, state] = [query.get('text') ?? '', query.get('state') ?? ''];
  return {
    ...(wanted !== '' && { text: wanted }),
    ...(state !== '' && { state: state as NonNullable<RecurringPageOptions['state']> }),
    offset: numberIn(query, 'offset', { most: 100_000, otherwise: 0 }),
    limit: numberIn(query, 'limit', { least: 1, most: 200, otherwise: 50 }),
  };
}

/** A part of them, by the order of their next runs. */
async function list({ query }: Call, { client }: Parts): Promise<unknown> {
  const page = await client.recurring.page(pageIn(query));
  return { ...page, recurring: page.recurring.map(withoutInput) };
}

/** Those that somebody may see; nothing tells how many others there are. */
const narrowList: Narrow = async ({ query, user }, { client, seal }, allows) => {
  const { offset = 0, limit = 50, ...which } = pageIn(query);
  if (offset > 0)
    throw new OptionError('offset', 'is not there in a list that is narrowed: use cursor', offset);
  const about = { list: 'recurring', user: user?.name, which };
  const read = async (place: string) => {
    const [from, chunk] = [Number(place), { limit: NARROW_CHUNK }];
    const { recurring: entries, next } = await client.recurring.page({ ...which, ...chunk, offset: from });
    const passed = next === undefined ? 0 : next - from - entries.length;
    return { entries, passed, next: next?.toString() };
  };
  const choose = (all: readonly RecurringRow[]) => onlyAllowed(all, aboutRecurring, allows);
  const cursor = query.get('cursor') ?? '';
  const from = cursor === '' ? '' : seal.open(cursor, about);
  const { rows, next } = await findNarrowed({ read, choose, limit }, from);
  return {
    recurring: rows.map(withoutInput),
    ...(next !== undefined && { cursor: seal.close(next, about) }),
  };
};

const aboutRecurring = ({ id, job: { queue, name } }: RecurringRow): Item => ({ id, queue, name });

/** So many of the last runs tell what became of their jobs. */
const MOST_STATES = 10;

async function withStates(history: readonly TickEntry[], { monitor }: Parts): Promise<readonly object[]> {
  const jobs = await Promise.all(
    history.slice(0, MOST_STATES).map(async ({ job }) => (job === undefined ? undefined : monitor.job(job))),
  );
  return history.map((entry, i) => {
    const job = jobs[i];
    return job === undefined || 'damaged' in job ? entry : { ...entry, state: job.state };
  });
}

async function get(call: Call, parts: Parts): Promise<unknown> {
  const { client } = parts;
  const id = param(call, 'id');
  const recurring = await client.recurring.get(id);
  if (recurring === undefined) throw new RecurringNotFoundError(id);
  const [next, history, leftOut] = await Promise.all([
    // A definition that cannot be used has no next runs; its error says why.
    client.recurring.nextRuns(id, NEXT_RUNS).catch(() => []),
    client.recurring.history(id),
    client.recurring.leftOut(id),
  ]);
  const one = { ...withoutInput(recurring), leftOut };
  return { recurring: one, ...tellNext(next), history: await withStates(history, parts) };
}

const trigger = async (call: Call, { client }: Parts): Promise<unknown> => ({
  id: await client.recurring.trigger(param(call, 'id'), actorOf(call)),
});
const pause = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.pause(param(call, 'id'), actorOf(call)),
});
const resume = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.resume(param(call, 'id'), actorOf(call)),
});
const skip = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.skipNext(param(call, 'id'), actorOf(call)),
});
const remove = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.remove(param(call, 'id'), actorOf(call)),
});

/** The next runs of a schedule that is not stored yet. */
async function preview({ query }: Call, { client }: Parts): Promise<unknown> {
  const named = (name: string): object => {
    const given = query.get(name) ?? '';
    return given === '' ? {} : { [name]: given };
  };
  const schedule: ScheduleOptions = { ...named('cron'), ...named('every'), ...named('timeZone') };
  return { ...tellNext(await client.recurring.nextRuns(schedule, NEXT_RUNS)), ...wordsOf(schedule.cron) };
}

/** What a form says of a recurring job; what it leaves empty is not said. */
function changesIn(call: Call): RecurringChanges {
  const { body } = call;
  const input = inputIn(body);
  const texts = ['cron', 'every', 'timeZone', 'misfire', 'overlap', 'queue', 'priority'].flatMap((name) => {
    const given = textIn(body, name);
    return given === undefined ? [] : [[name, given]];
  });
  return {
    ...(Object.fromEntries(texts) as RecurringChanges),
    ...(input !== undefined && { input }),
    ...actorOf(call),
  };
}

/** Another definition that somebody made must not be overwritten by chance. */
async function define(call: Call, parts: Parts): Promise<unknown> {
  const id = textIn(call.body, 'id', 128) ?? '';
  const { client } = parts;
  const contract = await contractIn(call, parts);
  const { input = null, ...options } = changesIn(call);
  if ((await client.recurring.get(id)) !== undefined)
    throw new LinstockError('RECURRING_EXISTS', `there is a recurring job ${id} already`, {
      id,
      option: 'recurring.id',
    });
  await client.recurring.upsert(id, contract, input, options);
  return { id };
}

const change = async (call: Call, { client }: Parts): Promise<unknown> => ({
  changed: await client.recurring.change(param(call, 'id'), changesIn(call)),
});

export const RECURRING_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/recurring',
    permission: 'read',
    summary: 'A page of recurring jobs.',
    answer: '{ recurring, total }',
    query: {
      text: text('Whose id or name of the job has this.'),
      state: choice(['paused', 'error', 'failed', 'late', 'missed', 'overlap'], 'Only these.'),
      limit: whole('At most so many; default 50, most 200.'),
      offset: whole('So many are passed over.'),
      cursor: text('Instead of offset: that of a page which is narrowed.'),
    },
    handle: list,
    narrow: narrowList,
  },
  {
    method: 'GET',
    path: '/api/recurring/:id',
    permission: 'read',
    summary: 'One, with its next and its last runs.',
    answer: '{ recurring, next, clock, history }',
    handle: get,
  },
  {
    method: 'GET',
    path: '/api/schedule',
    permission: 'read',
    summary: 'The next runs of ?cron=…&timeZone=… or ?every=….',
    answer: '{ next, clock, words }',
    query: SCHEDULE,
    handle: preview,
    // It tells of nothing that there is.
    narrow: preview,
  },
  {
    method: 'POST',
    path: '/api/recurring',
    permission: 'steer',
    summary: 'Defines one that is not there yet.',
    answer: '{ id }',
    body: { ...DEFINITION, id: required(text('Its id.')), name: required(text('Name of the job.')) },
    handle: define,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/change',
    permission: 'steer',
    summary: 'Changes the parts that are named.',
    answer: '{ changed }',
    body: DEFINITION,
    handle: change,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/trigger',
    permission: 'steer',
    summary: 'Runs it now, beside its ticks.',
    answer: '{ id } of the job',
    body: REASON,
    handle: trigger,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/pause',
    permission: 'steer',
    summary: 'No tick runs until it is resumed.',
    answer: '{ changed }',
    body: REASON,
    handle: pause,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/resume',
    permission: 'steer',
    summary: 'Goes on with the next tick.',
    answer: '{ changed }',
    body: REASON,
    handle: resume,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/skip',
    permission: 'steer',
    summary: 'Passes over the next tick.',
    answer: '{ changed }',
    body: REASON,
    handle: skip,
  },
  {
    method: 'POST',
    path: '/api/recurring/:id/remove',
    permission: 'remove',
    summary: 'Removes the definition.',
    answer: '{ changed }',
    body: REASON,
    handle: remove,
  },
];
