import type { QuotaChange, QuotaState, StoredQueueSettings } from '@linstock/core/internal';

/**
 * How the limit and the rate of one queue are divided between shards (docs/protocol.md §23). First parts are taken away, then
 * what is free is handed out: so all shards together never have more than the queue allows.
 */

const SECOND_MS = 1000;

/** A queue, and what each shard says of it, by the shard's number. */
export interface DividedQueue {
  readonly queue: string;
  /** The shard in which most of its jobs are, and its rate is counted. */
  readonly home: number;
  readonly settings: StoredQueueSettings;
  readonly states: readonly QuotaState[];
}

/** What a steward wants for a queue; by the shard's number. */
export interface Division {
  /** Places; undefined: the queue has no limit. */
  readonly places: readonly number[] | undefined;
  /** Starts that shards lack, within a second's; of the home: 0. */
  readonly starts: readonly number[];
  /** How many starts the home leaves to others until the next time. */
  readonly spare: number;
}

/** `random` gives numbers from 0 to 1, without 1: where there is less than one for each, chance decides, in proportion. */
export function divide(divided: DividedQueue, random: () => number): Division {
  const { settings, states, home } = divided;
  const [most, perMs, burst] = settings.rate ?? [0, 1, 0];
  const aSecond = (most * SECOND_MS) / perMs;
  const starts = states.map(({ waiting, tokens }, shard) =>
    shard === home ? 0 : Math.max(0, Math.min(waiting - tokens, Math.ceil(aSecond))),
  );
  const waiting = sum(states.map((state) => state.waiting));
  const atHome = states[home]?.waiting ?? 0;
  const share = waiting === 0 || atHome === 0 ? 0 : (aSecond * (waiting - atHome)) / waiting;
  const spare = Math.floor(share) + (random() < share % 1 ? 1 : 0);
  return {
    places: settings.limit === undefined ? undefined : wantedPlaces(settings.limit, divided, random),
    starts: settings.rate === undefined ? states.map(() => 0) : starts,
    spare: Math.min(spare, burst === 'w' ? most : burst),
  };
}

/** What each shard loses: places above what it should have, starts that nobody waits for; and what the rate gives for others. */
export function takings(divided: DividedQueue, { places, starts, spare }: Division): QuotaChange[] {
  const { queue, home, settings, states } = divided;
  return states.map(({ waiting, tokens }, shard) => {
    const wanted = places?.[shard];
    const lost = shard === home ? sum(starts) : Math.max(0, tokens - waiting);
    return {
      queue,
      ...(wanted !== undefined && wanted < placesOf(divided, shard) && { places: wanted }),
      ...(lost > 0 && { tokens: -lost }),
      ...(shard === home && settings.rate !== undefined && spare !== states[home]?.spare && { spare }),
    };
  });
}

/** What each shard gets of what is free. `divided`: the states after the {@link takings}. */
export function handouts(divided: DividedQueue, { places, starts }: Division): QuotaChange[] {
  const { queue, home, settings, states } = divided;
  const taken = states.map((state, shard) => Math.max(state.held, placesOf(divided, shard)));
  let free = (settings.limit ?? 0) - sum(taken);
  let tokens = states[home]?.taken ?? 0;
  return states.map((_, shard) => {
    const has = taken[shard] ?? 0;
    const gets = Math.min(places?.[shard] ?? 0, has + Math.max(0, free));
    free -= Math.max(0, gets - has);
    const started = Math.min(starts[shard] ?? 0, tokens);
    tokens -= started;
    return {
      queue,
      ...(gets > placesOf(divided, shard) && { places: gets }),
      ...(started > 0 && { tokens: started }),
    };
  });
}

/** Whether a shard other than the queue's home has jobs of it, or a part of its limits. */
export function isScattered(divided: DividedQueue): boolean {
  const { home, settings, states } = divided;
  return states.some((state, shard) =>
    shard === home
      ? placesOf(divided, shard) < (settings.limit ?? 0) || state.spare > 0
      : state.held + state.waiting + state.tokens + (state.places ?? 0) > 0,
  );
}

/** Each shard with jobs gets one place, or a chance to; the rest goes by their numbers, and what nobody asks for to the home. */
function wantedPlaces(limit: number, { home, states }: DividedQueue, random: () => number): number[] {
  const jobs = states.map(({ held, waiting }) => held + waiting);
  const busy = states.flatMap((_, shard) => ((jobs[shard] ?? 0) > 0 ? [shard] : []));
  const places = states.map(() => 0);
  const lucky = limit < busy.length ? someOf(busy, limit, random) : busy;
  for (const shard of lucky) places[shard] = 1;
  const left = limit - lucky.length;
  const all = sum(jobs);
  for (const shard of lucky) {
    if (shard === home) continue;
    const own = jobs[shard] ?? 0;
    places[shard] = 1 + Math.min(own - 1, Math.floor((left * own) / all));
  }
  places[home] = limit - sum(places.filter((_, shard) => shard !== home));
  return places;
}

/** What a shard may run now; a home that was never told has all. */
function placesOf({ home, settings, states }: DividedQueue, shard: number): number {
  const { limit = 0 } = settings;
  return Math.min(limit, states[shard]?.places ?? (shard === home ? limit : 0));
}

function someOf(shards: readonly number[], count: number, random: () => number): number[] {
  return shards
    .map((shard) => ({ shard, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ shard }) => shard);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
