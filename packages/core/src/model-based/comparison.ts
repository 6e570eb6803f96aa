import { isDeepStrictEqual } from 'node:util';
import { sorted } from './lists.ts';
import { codeOf } from './producer-model.ts';
import type { Snapshot } from './snapshot.ts';
import { listAt, mapAt, namesUnder } from './snapshot.ts';
import type { Job, State, World } from './world.ts';
import { byTime } from './world.ts';

const LETTER: Readonly<Record<State, string>> = {
  scheduled: 'S',
  enqueued: 'E',
  processing: 'P',
  succeeded: 'P',
  failed: 'F',
  cancelled: 'C',
};

/** A job as the model has it, in the form of {@link storedJob}. */
function expectedJob(job: Job): string[] {
  const mark = `${LETTER[job.state]}${codeOf(job.queue)}${job.priority}${job.crashes}${job.blamed}${ownerText(job)}`;
  return [mark, 'greet', job.payload, ...job.tail.map((line) => `${line.code} ${line.worker} ${line.claim}`)];
}

function ownerText({ state, owner, since }: Job): string {
  if (owner !== undefined) return owner.worker + owner.claim;
  return state === 'enqueued' && since !== undefined
    ? `-since-----${String(since).padStart(13, '0')}`
    : '-'.repeat(24);
}

/** A record, its tail without what depends on the words of the scripts. */
function storedJob(text: string): string[] {
  const [mark = '', header = '', payload = '', ...tail] = text.split('\n');
  return [mark, header, payload, ...tail.map((line) => line.split(' ').slice(0, 3).join(' '))];
}

type Named = Readonly<Record<string, unknown>>;

const fromMap = (map: ReadonlyMap<string, unknown>): Named =>
  Object.fromEntries([...map].map(([name, value]) => [name, String(value)]));
const filled = (lists: ReadonlyMap<string, readonly string[]>): Named =>
  Object.fromEntries([...lists].filter(([, list]) => list.length > 0));
const times = (jobs: readonly Job[]): Named => Object.fromEntries(jobs.map(({ id, at }) => [id, String(at)]));

/** What the model holds, part by part. */
function expectedParts(world: World): Record<string, unknown> {
  const claims = [...world.claims].map(([worker, { highest, suspect, open }]) => [
    worker,
    {
      ...(highest === undefined ? {} : { n: highest }),
      ...(suspect === undefined ? {} : { suspect: `${suspect.claim} ${suspect.id}` }),
      ...Object.fromEntries([...open].map(([no, { took }]) => [no, String(took)])),
    },
  ]);
  const open = [...world.claims].flatMap(([worker, one]) =>
    [...one.open].map(([no, { ids }]) => [`${worker}:${no}`, sorted(ids)]),
  );
  return {
    jobs: Object.fromEntries([...world.jobs.values()].map((job) => [job.id, expectedJob(job)])),
    'large payloads': fromMap(world.largePayloads),
    ready: filled(world.ready),
    suspects: filled(world.suspects),
    scheduled: times(byTime(world, 'scheduled')),
    failed: times(byTime(world, 'failed')),
    cancelled: times(byTime(world, 'cancelled')),
    succeeded: world.succeeded,
    requeued: fromMap(world.requeued),
    alone: world.alone,
    watched: fromMap(world.watched),
    leases: fromMap(world.leases),
    loads: sorted(world.loads),
    claims: Object.fromEntries(claims),
    open: Object.fromEntries(open),
    rescuing: sorted(world.rescuing),
    lanes: Object.fromEntries(
      [...world.lanes].map(([client, lanes]) => [
        client,
        Object.fromEntries([...lanes].map(([lane, last]) => [lane, String(last)])),
      ]),
    ),
    paused: sorted(world.paused),
    stats: fromMap(new Map([...world.stats].filter(([, n]) => n !== 0))),
    sweep:
      world.sweep.last === undefined
        ? ''
        : `${world.sweep.last} ${world.sweep.graceUntil} ${world.sweep.longest}`,
    quarantined: sorted(world.quarantined),
  };
}

/** What the keys hold, in the same form. */
function storedParts(snapshot: Snapshot): Record<string, unknown> {
  const named = (beginning: string, read: (name: string) => unknown): Named =>
    Object.fromEntries(namesUnder(snapshot, beginning).map((name) => [name, read(beginning + name)]));
  const hashes = namesUnder(snapshot, 'processing:').filter((name) => !name.includes(':'));
  const sets = namesUnder(snapshot, 'processing:').filter((name) => name.includes(':'));
  const sweep = mapAt(snapshot, 'sweep');
  const texts = (name: string): string => String(snapshot.get(name)?.value);
  const hash = (name: string): Named => fromMap(mapAt(snapshot, name));
  return {
    jobs: named('job:', (name) => storedJob(texts(name))),
    'large payloads': named('payload:', texts),
    ready: named('ready:', (name) => listAt(snapshot, name)),
    suspects: named('suspects:', (name) => listAt(snapshot, name)),
    scheduled: hash('scheduled'),
    failed: hash('failed'),
    cancelled: hash('cancelled'),
    succeeded: listAt(snapshot, 'succeeded'),
    requeued: hash('requeued'),
    alone: snapshot.get('alone')?.value,
    watched: hash('watched'),
    leases: hash('leases'),
    loads: sorted(mapAt(snapshot, 'loads').keys()),
    claims: Object.fromEntries(hashes.map((worker) => [worker, hash(`processing:${worker}`)])),
    open: Object.fromEntries(sets.map((name) => [name, sorted(listAt(snapshot, `processing:${name}`))])),
    rescuing: sorted(listAt(snapshot, 'rescuing')),
    lanes: named('producer:', hash),
    paused: sorted(mapAt(snapshot, 'paused').keys()),
    stats: fromMap(new Map([...mapAt(snapshot, 'stats')].filter(([, n]) => n !== '0'))),
    sweep: sweep.has('last') ? `${sweep.get('last')} ${sweep.get('graceUntil')} ${sweep.get('leaseMs')}` : '',
    quarantined: sorted(mapAt(snapshot, 'quarantine').keys()),
  };
}

/** Where the keys hold something else than the model. */
export function findDifferences(world: World, snapshot: Snapshot): string[] {
  const expected = expectedParts(world);
  const stored = storedParts(snapshot);
  return Object.keys(expected)
    .filter((part) => !isDeepStrictEqual(stored[part], expected[part]))
    .map(
      (part) =>
        `${part}: the model has ${JSON.stringify(expected[part])}, Redis has ${JSON.stringify(stored[part])}`,
    );
}
