/**
 * For the packages of this repository only: no promise that anything here stays.
 * @packageDocumentation
 */
export { actorOf, INSTALLATION_RULES, resolveInstallation } from './client-options.ts';
export type { ResolvedInstallation } from './client-options.ts';
export { makeChild, suspend } from './children.ts';
export type { ChildRequest } from './children.ts';
export { resolveCodecs } from './codec-options.ts';
export { decodePayload, encodePayload, isEncoded } from './codec.ts';
export type { PayloadCodecs } from './codec.ts';
export { checkKeys } from './consistency/check-keys.ts';
export type { KeyCheckOptions, KeyReport } from './consistency/check-keys.ts';
export { FINDING_KINDS } from './consistency/finding.ts';
export type { Finding, FindingKind } from './consistency/finding.ts';
export { isRepairable, repairKeys } from './consistency/repair.ts';
export { validate } from './contract.ts';
export { describeContract } from './contract-description.ts';
export { describedContract } from './described-contract.ts';
export { toMs } from './duration.ts';
export { show } from './errors.ts';
export { causeOf } from './job-cause.ts';
export type { JobCause } from './job-cause.ts';
export { searchOf } from './job-search.ts';
export type { JobSearch } from './job-search.ts';
export type { Comparison, JobTerm } from './job-tests.ts';
export { Histogram } from './job/histogram.ts';
export { attemptHistory, decodeHeader, encodeTailLine, splitRecord, waitsSince } from './job/job.ts';
export type { JobHeader, JobRecord, TailCode } from './job/job.ts';
export { idTime, isJobId, shardOf } from './job/job-id.ts';
export { looksLikeHash } from './job/job-keys.ts';
export { retryDelayMs } from './job/retry-policy.ts';
export { jitterOf, parseSchedule, planTicks } from './job/schedule.ts';
export { TRANSITIONS } from './job/states.ts';
export { addMetrics, metric, METRICS_TYPE, metricsText } from './metrics-text.ts';
export { driveOperation } from './operation-driver.ts';
export {
  anything,
  checkOptions,
  closest,
  jobName,
  oneOf,
  queueName,
  shortText,
  wholeNumber,
  yesOrNo,
} from './options.ts';
export type { Rule } from './options.ts';
export { encodeJson } from './payload.ts';
export { viewPayload } from './payload-view.ts';
export { Connection, plainTarget } from './redis/connect.ts';
export type { ConnectionLimits } from './redis/connect.ts';
export { asRedisError, classifyError } from './redis/errors.ts';
export { MASK } from './redact.ts';
export { infoFields } from './redis/info.ts';
export { KEY, shardPrefix } from './redis/keys.ts';
export { checkServer, findUnsuitable } from './redis/shards.ts';
export { runsOf } from './recurring-jobs.ts';
export { recurringRun } from './recurring-run.ts';
export { parseStored } from './stored-schedule.ts';
export { fillReferences } from './result-reference.ts';
export { MOST_JOBS, batchLength } from './new-jobs.ts';
export type { NewJob } from './new-jobs.ts';
export { homeOf, placedSettings } from './queue-settings.ts';
export { ShardSet } from './shard-set.ts';
export type { Shard } from './shard-set.ts';
export { searchSteps, searchTotal } from './search-steps.ts';
export type { SearchStep } from './search-steps.ts';
export { resolveRetention } from './retention.ts';
export { fitsAudit, placeOf } from './store/audit-reader.ts';
export { EVENT_VERBS } from './store/event-store.ts';
export { DEFAULT_RETENTION, JobStore } from './store/job-store.ts';
export type {
  Actor,
  Chore,
  Clockwork,
  HeldClaim,
  JobOutcome,
  Retention,
  SucceededClaim,
} from './store/job-store.ts';
export type { StoredLongRun } from './store/long-runs.ts';
export { statesFor } from './store/change-call.ts';
export type { Outcome } from './store/outcomes.ts';
export type { QuotaChange, QuotaState } from './store/queue-quotas.ts';
export type { StoredQueueSettings } from './store/queue-store.ts';
export type { StoredRecurring } from './store/recurring-store.ts';
export type { TickCall } from './store/tick-call.ts';
export { WorkerRegistry } from './store/worker-registry.ts';
export type { Measures, WorkerOrder } from './store/worker-registry.ts';
