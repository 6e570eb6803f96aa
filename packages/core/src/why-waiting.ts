import type { LimitFacts, Pause, RateFacts } from './store/why-blocks.ts';
import type { PlaceFacts } from './store/why-place.ts';
import type { WaitingFacts } from './store/why-reader.ts';
import type { WorkerView } from './store/worker-reader.ts';
import type { WhyReason } from './why-reason.ts';
import { count, instant, some } from './why-text.ts';

/** Workers look after what blocks jobs at these intervals when nobody tells them: docs/protocol.md §16. */
const SOON = 'when a worker looks after it next, at least every 5 s';

/** All that holds back a job whose time has come; when nothing does, that it waits for a slot. */
export function whatHolds(facts: WaitingFacts): WhyReason[] {
  const holding = [
    ...deadlinePassed(facts),
    ...pauses(facts),
    ...whoServes(facts).filter(isUnserved),
    ...queueBlocks(facts),
    ...keyBlocks(facts),
    ...parkedStill(facts),
    ...suspect(facts),
  ];
  return holding.length > 0 || facts.place === undefined ? holding : [slot(facts, facts.place)];
}

/** It will be cancelled instead of being run. */
export function deadlinePassed({
  now,
  deadlineAt,
}: {
  readonly now: number;
  readonly deadlineAt: number | undefined;
}): WhyReason[] {
  if (deadlineAt === undefined || deadlineAt > now) return [];
  const at = deadlineAt === 0 ? 'passed while it ran' : `was ${instant(deadlineAt, now)}`;
  const message = `its deadline ${at}: it will not start any more, and a worker cancels it soon`;
  return [{ code: 'DEADLINE_PASSED', deadlineAt: deadlineAt === 0 ? undefined : deadlineAt, message }];
}

function pauses({ job, gates, now }: WaitingFacts): WhyReason[] {
  const { everything, queue, name, restsUntil } = gates;
  const reasons: WhyReason[] = [];
  if (everything !== undefined)
    reasons.push({
      code: 'EVERYTHING_PAUSED',
      ...everything,
      message: `everything is paused ${pauseText(everything)}`,
    });
  if (queue !== undefined)
    reasons.push({
      code: 'QUEUE_PAUSED',
      queue: job.queue,
      ...queue,
      message: `queue ${job.queue} is paused ${pauseText(queue)}`,
    });
  if (name !== undefined)
    reasons.push({
      code: 'NAME_PAUSED',
      name: job.name,
      ...name,
      message: `jobs named ${job.name} are paused ${pauseText(name)}`,
    });
  if (restsUntil !== undefined) {
    const message = `queue ${job.queue} rests until ${instant(restsUntil, now)}, because a handler asked for it`;
    reasons.push({ code: 'QUEUE_RESTS', queue: job.queue, until: restsUntil, message });
  }
  return reasons;
}

function pauseText({ by = 'somebody', why, at }: Pause): string {
  const since = at === undefined ? '' : ` since ${new Date(at).toISOString()}`;
  return `by ${by}${since}${why === undefined ? '' : `: ${why}`}`;
}

type Service =
  | Extract<WhyReason, { readonly code: 'NO_WORKER' | 'NO_HANDLER' }>
  | { readonly code: 'SERVED' };

/** Whether a reason says that nobody would run the job. */
export function isUnserved(service: Service): service is Exclude<Service, { readonly code: 'SERVED' }> {
  return service.code !== 'SERVED';
}

/** Whether a live worker takes the job's queue, and has a handler for its name. */
export function whoServes({
  job: { queue, name },
  workers,
}: Pick<WaitingFacts, 'job' | 'workers'>): Service[] {
  const undescribed = workers.filter(({ info }) => info === undefined).length;
  const taking = takersOf(workers, queue);
  const hedge = undescribed === 0 ? '' : `; ${count(undescribed, 'live worker')} did not say what they take`;
  if (taking.length === 0) {
    const message = `no live worker takes queue ${queue}; ${count(workers.length, 'worker')} alive in all${hedge}`;
    return [{ code: 'NO_WORKER', queue, workers: workers.length, undescribed, message }];
  }
  const knows = ({ info }: WorkerView): boolean => info?.jobs?.includes(name) === true;
  if (taking.some(knows)) return [{ code: 'SERVED' }];
  const elsewhere = workers.filter(knows).length;
  const others =
    elsewhere === 0
      ? ''
      : `; ${count(elsewhere, 'worker')} of other queues ${elsewhere === 1 ? 'has' : 'have'} one`;
  const message = `${count(taking.length, 'live worker')} of queue ${queue} and none with a handler for ${name}${others}${hedge}`;
  return [{ code: 'NO_HANDLER', queue, name, workers: taking.length, undescribed, elsewhere, message }];
}

function takersOf(workers: readonly WorkerView[], queue: string): readonly WorkerView[] {
  return workers.filter(({ info }) => info?.queues?.includes(queue) === true);
}

function queueBlocks({ job: { queue }, gates: { limit, rate }, now }: WaitingFacts): WhyReason[] {
  const reasons: WhyReason[] = [];
  if (limit !== undefined && limit.running >= limit.limit)
    reasons.push({
      code: 'QUEUE_LIMIT',
      queue,
      ...full(limit),
      message: `queue ${queue} runs ${fullText(limit)}`,
    });
  if (rate !== undefined && rate.startsAt > now) {
    const message = `the rate of queue ${queue} is used up: the next job starts at ${instant(rate.startsAt, now)}`;
    reasons.push({ code: 'QUEUE_RATE', queue, startsAt: rate.startsAt, message });
  }
  return reasons;
}

const full = ({ limit, running, holders }: LimitFacts): Omit<LimitFacts, 'key' | 'isKept'> => ({
  limit,
  running,
  holders,
});

function fullText({ limit, running, holders }: LimitFacts): string {
  const who = holders.map(({ job, worker, isWorkerAlive, isStopping }) => {
    if (worker === undefined) return `${job}, whose turn has come and that waits for a slot`;
    const note = isStopping ? ', which a person has stopped and whose handler has not ended' : '';
    return `${job}${note} on worker ${worker}${isWorkerAlive ? '' : ', whose lease has ended'}`;
  });
  if (limit === 0) return 'as many jobs as it may, in other shards';
  return `${running} of at most ${limit} at one time: ${some(who, running)}`;
}

function keyBlocks({ limits, rates, place, now }: WaitingFacts): WhyReason[] {
  const position = (reason: string): number | undefined =>
    place?.of === reason ? place.position : undefined;
  return [
    ...limits
      .filter(({ running, limit, isKept }) => running >= limit && !isKept)
      .map((limit): WhyReason => {
        const at = position(`limit:${limit.key}`);
        const message = `its key ${limit.key} runs ${fullText(limit)}${positionText(at, ' waits for it')}`;
        return { code: 'LIMIT', key: limit.key, ...full(limit), position: at, message };
      }),
    ...rates
      .filter(({ startsAt }) => startsAt > now)
      .map((rate): WhyReason => rateReason(rate, position(`rate:${rate.key}`), now)),
  ];
}

function rateReason({ key, startsAt }: RateFacts, position: number | undefined, now: number): WhyReason {
  const next = `the rate of its key ${key} is used up: the next job starts at ${instant(startsAt, now)}`;
  return {
    code: 'RATE',
    key,
    startsAt,
    position,
    message: `${next}${positionText(position, ' waits for it')}`,
  };
}

function positionText(position: number | undefined, what: string): string {
  return position === undefined ? '' : `; it is number ${position} that${what}`;
}

/** Set apart for something that holds it no more: it goes back to its queue by itself. */
function parkedStill({ place, limits, rates, gates, now, deadlineAt }: WaitingFacts): WhyReason[] {
  if (place?.list !== 'blocked') return [];
  const { of, position } = place;
  const [, by, key = ''] = /^(limit|rate|name):(.*)$/s.exec(of ?? '') ?? [];
  if (by === undefined) return deadlineAt !== undefined && deadlineAt <= now ? [] : [lostSight(place)];
  const holds =
    limits.some((limit) => by === 'limit' && limit.key === key && limit.running >= limit.limit) ||
    rates.some((rate) => by === 'rate' && rate.key === key && rate.startsAt > now) ||
    (by === 'name' && gates.name !== undefined);
  if (holds) return [];
  const what = by === 'name' ? `the jobs of its name were paused` : `the ${by} of its key ${key} had no room`;
  const message = `${what} when a worker looked; that is over, and it goes back to its queue in its turn ${SOON}${positionText(position, ' waits for that')}`;
  return [{ code: 'BLOCKED', by: by as 'limit' | 'rate' | 'name', key, position, message }];
}

function lostSight({ isThorough }: PlaceFacts): WhyReason {
  const message = isThorough
    ? 'it is set apart, and stands in no list of what blocks it: cancel and requeue it, and report it as a bug'
    : 'it is set apart; for what is not known: it is not among the first or last 10,000 that wait for one of its keys';
  return { code: 'UNKNOWN', because: isThorough ? 'LOST' : 'TOO_DEEP', detail: undefined, message };
}

function suspect({ mark: { crashes, blamed, isParked }, place, reservedBy }: WaitingFacts): WhyReason[] {
  if (crashes < 2 || isParked || place === undefined) return [];
  const runsAlone = blamed >= 3;
  const how = runsAlone
    ? `it has one last chance, alone: it waits for a worker that holds nothing else${reservedBy === undefined ? '' : `; worker ${reservedBy} empties itself for such a job`}`
    : 'it is a suspect: a worker takes one such job at a time';
  const message = `workers died with it ${crashes} times; ${how}${positionText(place.position, ' waits so')}`;
  const { position } = place;
  return [
    {
      code: 'SUSPECT',
      crashes,
      runsAlone,
      reservedBy: runsAlone ? reservedBy : undefined,
      position,
      message,
    },
  ];
}

/** How often the worker that tells its load does so is its beat, so this is up to 3 s old. */
function slot(
  { job, workers, urgent }: WaitingFacts,
  { list, of, position, length, isThorough }: PlaceFacts,
): WhyReason {
  if (position === undefined && isThorough) {
    const message = `it is enqueued, and stands in no list of queue ${job.queue}: cancel and requeue it, and report it as a bug`;
    return { code: 'UNKNOWN', because: 'UNLISTED', detail: undefined, message };
  }
  const taking = takersOf(workers, job.queue);
  const slots = taking.reduce((sum, { info }) => sum + (info?.concurrency ?? 0), 0);
  const isTold = taking.every(({ load }) => load !== undefined);
  const busy = isTold ? taking.reduce((sum, { load }) => sum + (load?.running ?? 0), 0) : undefined;
  const group = list === 'group' ? of : undefined;
  const where =
    position === undefined
      ? `not among the first or last 10,000 of ${length}`
      : `number ${position} of ${length}`;
  const before = `${where} in its ${group === undefined ? 'list' : `group ${group}`}${urgent === 0 ? '' : `, behind ${count(urgent, 'job')} of a higher priority`}`;
  const load =
    busy === undefined
      ? `how many of ${count(slots, 'slot')} are busy is not known yet`
      : `${busy} of ${count(slots, 'slot')} busy`;
  const message = `it waits for a free slot: ${before}; ${load} on ${count(taking.length, 'live worker')} of queue ${job.queue}`;
  return {
    code: 'WAITS_FOR_SLOT',
    position,
    waiting: length,
    urgent,
    group,
    slots,
    busy,
    workers: taking.length,
    message,
  };
}
