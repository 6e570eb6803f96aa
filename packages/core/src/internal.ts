/**
 * For the packages of this repository only: no promise that anything here stays.
 * @packageDocumentation
 */
export { actorOf, INSTALLATION_RULES, resolveInstallation } from './client-options.ts';
export type { ResolvedInstallation } from './client-options.ts';
export { validate } from './contract.ts';
export { toMs } from './duration.ts';
export { show } from './errors.ts';
export { attemptHistory, decodeHeader, encodeTailLine, splitRecord } from './job/job.ts';
export type { JobHeader, TailCode } from './job/job.ts';
export { isJobId } from './job/job-id.ts';
export { retryDelayMs } from './job/retry-policy.ts';
export { TRANSITIONS } from './job/states.ts';
export {
  anything,
  checkOptions,
  closest,
  oneOf,
  queueName,
  shortText,
  wholeNumber,
  yesOrNo,
} from './options.ts';
export type { Rule } from './options.ts';
export { encodeJson } from './payload.ts';
export { Connection, plainTarget } from './redis/connect.ts';
export type { ConnectionLimits } from './redis/connect.ts';
export { asRedisError, classifyError } from './redis/errors.ts';
export { KEY, shardPrefix } from './redis/keys.ts';
export { checkServer, findUnsuitable } from './redis/shards.ts';
export { ShardSet } from './shard-set.ts';
export type { Shard } from './shard-set.ts';
export { DEFAULT_RETENTION, JobStore } from './store/job-store.ts';
export type { HeldClaim, JobOutcome, Retention, SucceededClaim } from './store/job-store.ts';
export type { Outcome } from './store/outcomes.ts';
export { WorkerRegistry } from './store/worker-registry.ts';
