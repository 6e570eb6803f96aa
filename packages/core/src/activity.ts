import { checkOptions, wholeNumber } from './options.ts';
import type { Viewing } from './payload-view.ts';
import { parseJson } from './payload-view.ts';
import { mask } from './redact.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import { shardWith } from './shard-set.ts';

/** A line that a handler wrote by `ctx.log`, with the fields that it gave. */
export interface LogLine {
  /** ms since 1970, by the worker's clock. */
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** What a job tells of itself while it runs; for a day after its last word. */
export interface JobActivity {
  /** What its handler gave `ctx.progress` last; undefined: nothing. */
  readonly progress: unknown;
  /** The newest lines, oldest first. */
  readonly log: readonly LogLine[];
}

/** How much to read. */
export interface ActivityOptions {
  /** Lines of the log, the newest ones, 1 to 1,000. @default 200 */
  readonly lines?: number;
}

const RULES = { lines: wholeNumber(1, 1000) };

/** What a job tells; empty when it told nothing, or does not exist. @throws {OptionError} */
export async function activityOf(
  shards: readonly Shard[],
  { id, options = {} }: { readonly id: string; readonly options: ActivityOptions | undefined },
  { redaction }: Viewing,
): Promise<JobActivity> {
  checkOptions(options, RULES, 'activity');
  const { lines = 200 } = options;
  const shard = shardWith(shards, id);
  if (shard === undefined) return { progress: undefined, log: [] };
  const { connection, prefix } = shard;
  const [progress, log] = await Promise.all([
    connection.redis.get(prefix + KEY.progress + id),
    connection.redis.lrange(prefix + KEY.log + id, -lines, -1),
  ]);
  return {
    progress: progress === null ? undefined : mask(parseJson(progress), redaction),
    log: log.map((line) => mask(parseJson(line), redaction)).filter(isLine),
  };
}

/** Whatever else stands there, no worker has written it. */
function isLine(line: unknown): line is LogLine {
  return typeof line === 'object' && line !== null && 'at' in line && 'message' in line;
}
