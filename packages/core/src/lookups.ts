export { activityOf } from './activity.ts';
import type { JobContract } from './contract.ts';
import { OptionError } from './errors.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import { checkOptions, shortText, wholeNumber } from './options.ts';
import type { Viewing } from './payload-view.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import { shardWith } from './shard-set.ts';
import type { JobView } from './store/job-reader.ts';
import { mergePages } from './store/page-merge.ts';
import { readTagged } from './store/tag-reader.ts';
import { readFacts } from './store/why-reader.ts';
import type { WhyReasons } from './why.ts';
import { explain } from './why.ts';

/** Finds jobs by something else than their ids, and tells why one does not run. Reads only. */

type Shards = readonly [Shard, ...Shard[]];

const isKey = shortText(200);
const isTag = shortText(64);
const MOST_RULES = { most: wholeNumber(1, 500) };

/** Why a job is not running. */
export async function whyOf(shards: Shards, id: string, viewing: Viewing): Promise<WhyReasons> {
  const [home] = shards;
  const shard = shardWith(shards, id);
  return explain(shard === undefined ? { kind: 'missing' } : await readFacts({ shard, home, viewing }, id));
}

/** The job that an idempotency key stands for, also under a former name of its contract. @throws {OptionError} */
export async function findByKey(
  shards: Shards,
  { contract, key }: { readonly contract: JobContract; readonly key: string },
  viewing: Viewing,
): Promise<JobView | undefined> {
  if (typeof contract?.header !== 'string')
    throw new OptionError('findByKey.contract', 'must be what defineJob() returned', contract);
  const problem = isKey(key);
  if (problem !== undefined) throw new OptionError('findByKey.key', problem, key);
  const shard = shards[shardOfSlot(slotOf(key), shards.length)] ?? shards[0];
  const locks = [contract.name, ...contract.aliases].map(
    (name) => `${shard.prefix}${KEY.lock}k:${name}:${key}`,
  );
  const ids = await shard.connection.redis.mget(locks);
  for (const id of ids) {
    const job = id === null ? undefined : await shard.reader.find(id, viewing);
    if (job !== undefined && !('damaged' in job)) return job;
  }
  return undefined;
}

/** Jobs with a tag, newest first. @throws {OptionError} */
export async function findByTag(
  shards: Shards,
  { tag, options = {} }: { readonly tag: string; readonly options: { readonly most?: number } | undefined },
  viewing: Viewing,
): Promise<JobView[]> {
  checkTag(tag, 'findByTag.tag');
  checkOptions(options, MOST_RULES, 'findByTag');
  const { most = 100 } = options;
  const pages = await Promise.all(
    shards.map((shard) => readTagged(shard, tag, { from: 0, most, isReversed: false })),
  );
  const entries = mergePages(pages).filter(({ isGone }) => isGone !== true);
  const jobs = await Promise.all(
    entries.slice(0, most).map(async ({ id, shard }) => shards[shard]?.reader.find(id, viewing)),
  );
  return jobs.filter(
    (job) => job !== undefined && !('damaged' in job) && job.tags.includes(tag),
  ) as JobView[];
}

/** @throws {OptionError} */
export function checkTag(tag: unknown, option: string): void {
  const problem = isTag(tag);
  if (problem !== undefined) throw new OptionError(option, problem, tag);
}
