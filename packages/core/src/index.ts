/**
 * Linstock's core: contracts of jobs, the client that enqueues from any service, the monitor that reads.
 * @packageDocumentation
 */
export { AlertNotFoundError } from './alerts.ts';
export type { Alerts } from './alerts.ts';
export type { AlertLookout } from './alert-lookout.ts';
export type { AlertChanges, AlertOptions } from './alert-options.ts';
export { Client } from './client.ts';
export type { JobHandle, WaitOptions } from './job-handle.ts';
export type { ClientCallEvent, ClientEventMap, ClientEvents, EnableEventsOptions } from './client-events.ts';
export type { ClientCall, ClientCallKind, ClientCallOptions, ClientMiddleware } from './client-middleware.ts';
export type { BatchBuilder, BatchOptions, CallbackOptions } from './batch-builder.ts';
export type { Batches, BatchHandle, BatchView } from './batches.ts';
export type {
  ChangeOptions,
  ClientOptions,
  InstallationOptions,
  JobChangeOptions,
  MonitorOptions,
} from './client-options.ts';
export type { BulkChange, BulkFilter, BulkRequest } from './bulk-request.ts';
export type { CodecOptions, EncryptionOptions } from './codec-options.ts';
export type { DecryptionProblem } from './codec.ts';
export { defineJob } from './contract.ts';
export type { JobContract, JobDefinition, RunOptions } from './contract.ts';
export type { ContinueOptions, ParentCondition, ParentRef } from './continuations.ts';
export type { EnqueueStatus } from './enqueuer.ts';
export type { Duration } from './duration.ts';
export {
  BatchError,
  ClosedError,
  EnqueueUncertainError,
  JobExistsError,
  JobEndedError,
  JobNotFoundError,
  LinstockError,
  OptionError,
  PayloadError,
  QueueFullError,
  RedisError,
  RedisFullError,
  StateConflictError,
  WaitTimeoutError,
} from './errors.ts';
export type {
  ConcurrencyOptions,
  FlowOptions,
  KeepOptions,
  GroupOptions,
  JobKey,
  RateLimitOptions,
  UniqueOptions,
} from './flow-options.ts';
export type {
  EventGap,
  EventSubscription,
  JobTransition,
  StreamEvent,
  SubscribeOptions,
} from './event-subscription.ts';
export type { ChangeableOptions, JobUpdate, MoveTarget } from './job-changes.ts';
export type { CopyChanges } from './job-copy.ts';
export type { Due } from './job-factory.ts';
export type { ClockEffect } from './job/clock-effect.ts';
export { Cron } from './job/cron.ts';
export type { Weekday } from './job/cron.ts';
export type { JobKeys } from './job/job-keys.ts';
export type { JobMetadata, JobOptions } from './job/job.ts';
export type { Priority } from './job/priority.ts';
export type { RetryPolicy } from './job/retry-policy.ts';
export { ENDED_STATES, JOB_STATES } from './job/states.ts';
export type { JobState } from './job/states.ts';
export type { Spread } from './job/histogram.ts';
export type { Misfire, ScheduleOptions } from './job/schedule.ts';
export type { ActivityOptions, JobActivity, LogLine } from './activity.ts';
export type { History, HistoryFigures, HistoryOptions, HistoryPoint } from './history.ts';
export { LimitError } from './limits.ts';
export type { Limits, LockRef, LockView } from './limits.ts';
export type { MetricFamily, MetricSample } from './metrics-text.ts';
export { Monitor } from './monitor.ts';
export type { ContractDetails, ContractView, SchemaStatus } from './store/contract-store.ts';
export type { AuditOptions } from './monitor.ts';
export type { JobPage, PageOptions } from './page.ts';
export type { ScanOptions, ScanPage } from './scan.ts';
export { OperationNotFoundError } from './operations.ts';
export { MOST_SELECTED, SelectionNotFoundError } from './selections.ts';
export type { Selection, SelectionOptions } from './selections.ts';
export type { BulkHandle, Operations, OperationView } from './operations.ts';
export type { TargetView } from './store/target-view.ts';
export { resultOf } from './result-reference.ts';
export { node } from './workflow.ts';
export type { NodeOptions, WorkflowHandle, WorkflowNode, WorkflowNodes } from './workflow.ts';
export { UnreadablePayload } from './payload-view.ts';
export type { PauseOptions } from './pauses.ts';
export type { QueueHandle } from './queue-handle.ts';
export type { OldestJob } from './store/oldest-reader.ts';
export type { GroupView, QueueDetails } from './queue-details.ts';
export type { QueueSettings } from './queue-settings.ts';
export type { RecurringChanges } from './recurring-change.ts';
export { RecurringNotFoundError } from './recurring-jobs.ts';
export type { NextRun, RecurringJobs, RecurringOptions, RecurringView } from './recurring-jobs.ts';
export type { LeftOutRuns } from './left-out-runs.ts';
export type { LeftoverRun } from './leftover-runs.ts';
export type { RecurringPage, RecurringPageOptions, RecurringRow } from './recurring-page.ts';
export { redact, SECRET_FIELDS } from './redact.ts';
export type { RedisTarget } from './redis/connect.ts';
export type { AlertDelivery, AlertEvent, AlertKind, AlertView, StoredAlert } from './store/alert-records.ts';
export type { AuditEntry, AuditFilter } from './store/audit-reader.ts';
export type { BlockView } from './store/block-reader.ts';
export type { ServerView, SlowCommand } from './store/server-reader.ts';
export type { EventVerb, ReachedState } from './store/event-store.ts';
export type { DamagedJob, HistoryEntry, JobErrorView, JobView } from './store/job-reader.ts';
export type { PersonOutcome } from './store/outcomes.ts';
export type { QueueCounts, QueueView } from './store/queue-reader.ts';
export type { TickEntry } from './store/recurring-store.ts';
export type { LongRun } from './store/long-runs.ts';
export type { WorkerInfo, WorkerLoad, WorkerView } from './store/worker-reader.ts';
export type { LimitView, PlaceView } from './store/limit-reader.ts';
export type { LimitHolder } from './store/why-blocks.ts';
export type { PendingParent } from './store/why-parents.ts';
export type { TickHealth, TickHealthOptions } from './tick-health.ts';
export type { WhyReasons } from './why.ts';
export type { CancelCause, DelayCause, UnknownCause, WhyCode, WhyReason } from './why-reason.ts';
export type { QueueDefaults } from './queue-defaults.ts';
export { WorkerNotFoundError } from './worker-orders.ts';
export type { WorkerOrders } from './worker-orders.ts';
export type { RetentionOptions } from './retention.ts';
