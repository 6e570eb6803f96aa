import type { BulkChange, BulkFilter, OperationView } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, fieldIn, textIn } from './call.ts';
import { choice, flag, object, REASON, required, text, whole } from './fields.ts';
import { DUE, TARGET, targetIn, wantedDue } from './jobs.ts';

const BULK = {
  ...REASON,
  filter: required(object('state; queue, name, tag, batch, selection and query: all that match.')),
  dryRun: flag('Counts them, and changes nothing.'),
};
const VERBS = ['requeue', 'cancel', 'move', 'reschedule', 'delete'] as const;
type Verb = (typeof VERBS)[number];

/** What a verb needs beside its name. @throws {OptionError} */
function changeOf(verb: Verb, body: unknown): BulkChange {
  if (verb === 'move') return { verb, to: targetIn(body) };
  return verb === 'reschedule' ? { verb, due: wantedDue(body) } : { verb };
}

/** Changes all jobs that a filter names, or only counts them. */
async function bulk(call: Call, { client }: Parts): Promise<unknown> {
  const verb = textIn(call.body, 'verb', 16) as Verb;
  if (!VERBS.includes(verb)) throw new OptionError('verb', `must be one of ${VERBS.join(', ')}`, verb);
  const filter = fieldIn(call.body, 'filter') as BulkFilter;
  const dryRun = fieldIn(call.body, 'dryRun') === true;
  const { id } = await client.bulk({ ...changeOf(verb, call.body), filter, dryRun, ...actorOf(call) });
  return { id };
}

/** So long a count stands for what it has counted. */
const COUNT_LASTS_MS = 600_000;

/**
 * Deletes for good what a dry run has counted, with its filter: whoever asks has seen how many they are, and writes it down. A
 * slip deletes nothing.
 */
async function bulkDelete(call: Call, parts: Parts): Promise<unknown> {
  const { body } = call;
  const isCount = fieldIn(body, 'dryRun') === true;
  // What is decided about is what is done: the one or the other.
  for (const field of isCount ? ['counted', 'confirm'] : ['filter'])
    if (fieldIn(body, field) !== undefined)
      throw new OptionError(
        field,
        isCount ? 'does not go together with dryRun' : 'goes with dryRun: what was counted is deleted',
        fieldIn(body, field),
      );
  if (isCount) return bulk({ ...call, body: { ...(body as object), verb: 'delete' } }, parts);
  const { filter: asked, createdAt } = await countedIn(call, parts);
  // What has come since was not counted.
  const filter = { olderThan: new Date(createdAt), ...asked };
  const { id } = await parts.client.bulk({ verb: 'delete', filter, ...actorOf(call) });
  return { id };
}

async function countedIn({ body }: Call, { client }: Parts): Promise<OperationView> {
  const id = textIn(body, 'counted', 64);
  if (id === undefined) throw new OptionError('counted', 'must be the id of a dry run of this deletion', id);
  const counted = await client.operations.get(id);
  const isCount = counted?.verb === 'delete' && counted.dryRun && counted.state === 'done';
  if (!isCount || Date.now() - (counted.endedAt ?? 0) > COUNT_LASTS_MS)
    throw new OptionError('counted', 'must be a dry run of a deletion that has ended within 10 minutes', id);
  const { matched } = counted;
  if (fieldIn(body, 'confirm') !== matched)
    throw new OptionError(
      'confirm',
      `must be the number of jobs that were counted, ${matched}`,
      fieldIn(body, 'confirm'),
    );
  return counted;
}

const bulkSteer: Route['handle'] = (call, parts) => {
  if (fieldIn(call.body, 'verb') === 'delete')
    throw new OptionError('verb', 'must be another one: to delete needs another permission', 'delete');
  return bulk(call, parts);
};

export const BULK_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/bulk',
    permission: 'steer',
    summary: 'Requeues or cancels all that a filter names.',
    answer: '{ id } of the operation',
    body: {
      ...BULK,
      ...TARGET,
      ...DUE,
      verb: required(choice(VERBS.slice(0, -1), 'What is done with each.')),
    },
    handle: bulkSteer,
  },
  {
    method: 'POST',
    path: '/api/bulk/delete',
    permission: 'remove',
    summary: 'Counts all that a filter names (dryRun), or deletes what was counted.',
    answer: '{ id } of the operation',
    body: {
      ...REASON,
      filter: object('With dryRun, as of /api/bulk: all that match.'),
      dryRun: flag('Counts them, and changes nothing.'),
      counted: text('Without dryRun: the id of the dry run, at most 10 minutes old.'),
      confirm: whole('Without dryRun: how many that has counted.'),
    },
    handle: bulkDelete,
  },
];
