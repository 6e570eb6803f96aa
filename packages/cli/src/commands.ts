import type { CommandGroup, CommandSpec } from './command.ts';
import { alertGet } from './commands/alert-get.ts';
import { alertList } from './commands/alert-list.ts';
import { alertRemove } from './commands/alert-remove.ts';
import { alertSilence } from './commands/alert-silence.ts';
import { alertUnsilence } from './commands/alert-unsilence.ts';
import { auditList } from './commands/audit-list.ts';
import { auditTail } from './commands/audit-tail.ts';
import { batchCancel } from './commands/batch-cancel.ts';
import { batchGet } from './commands/batch-get.ts';
import { batchList } from './commands/batch-list.ts';
import { bench } from './commands/bench.ts';
import { bulkCancel } from './commands/bulk-cancel.ts';
import { bulkGet } from './commands/bulk-get.ts';
import { bulkList } from './commands/bulk-list.ts';
import { completion } from './commands/completion.ts';
import { dashboard } from './commands/dashboard.ts';
import { dev } from './commands/dev.ts';
import { doctor } from './commands/doctor.ts';
import { eventsDisable } from './commands/events-disable.ts';
import { eventsEnable } from './commands/events-enable.ts';
import { eventsTail } from './commands/events-tail.ts';
import { jobCancel } from './commands/job-cancel.ts';
import { jobCopy } from './commands/job-copy.ts';
import { jobDelete } from './commands/job-delete.ts';
import { jobEnqueue } from './commands/job-enqueue.ts';
import { jobGet } from './commands/job-get.ts';
import { jobList } from './commands/job-list.ts';
import { jobMove } from './commands/job-move.ts';
import { jobRequeue } from './commands/job-requeue.ts';
import { jobReschedule } from './commands/job-reschedule.ts';
import { jobWait } from './commands/job-wait.ts';
import { jobLogs } from './commands/job-logs.ts';
import { jobWhy } from './commands/job-why.ts';
import { limitGet } from './commands/limit-get.ts';
import { limitList } from './commands/limit-list.ts';
import { limitRelease } from './commands/limit-release.ts';
import { limitReset } from './commands/limit-reset.ts';
import { queueGet } from './commands/queue-get.ts';
import { queueLimit } from './commands/queue-limit.ts';
import { queueList } from './commands/queue-list.ts';
import { queuePause } from './commands/queue-pause.ts';
import { queuePurge } from './commands/queue-purge.ts';
import { queueResume } from './commands/queue-resume.ts';
import { recurringAdd } from './commands/recurring-add.ts';
import { recurringGet } from './commands/recurring-get.ts';
import { recurringList } from './commands/recurring-list.ts';
import { recurringNext } from './commands/recurring-next.ts';
import { recurringPause } from './commands/recurring-pause.ts';
import { recurringRemove } from './commands/recurring-remove.ts';
import { recurringResume } from './commands/recurring-resume.ts';
import { recurringSkip } from './commands/recurring-skip.ts';
import { recurringTrigger } from './commands/recurring-trigger.ts';
import { recurringValidate } from './commands/recurring-validate.ts';
import { schema } from './commands/schema.ts';
import { status } from './commands/status.ts';
import { version } from './commands/version.ts';
import { workersConcurrency } from './commands/workers-concurrency.ts';
import { workersGet } from './commands/workers-get.ts';
import { workersList } from './commands/workers-list.ts';
import { workersQuiet } from './commands/workers-quiet.ts';
import { workersResume } from './commands/workers-resume.ts';
import { workersStop } from './commands/workers-stop.ts';
import { worker } from './commands/worker.ts';

/** All commands, in the order of the help. */
export const COMMANDS: readonly (CommandSpec | CommandGroup)[] = [
  dev,
  worker,
  dashboard,
  status,
  {
    name: 'job',
    summary: 'Enqueue, find and change jobs.',
    commands: [
      jobEnqueue,
      jobCopy,
      jobList,
      jobGet,
      jobLogs,
      jobWhy,
      jobWait,
      jobRequeue,
      jobCancel,
      jobDelete,
      jobReschedule,
      jobMove,
    ],
  },
  {
    name: 'queue',
    summary: 'See, pause, limit and purge queues.',
    commands: [queueList, queueGet, queuePause, queueResume, queueLimit, queuePurge],
  },
  {
    name: 'recurring',
    summary: 'Define, see, pause and trigger recurring jobs.',
    commands: [
      recurringList,
      recurringGet,
      recurringAdd,
      recurringNext,
      recurringValidate,
      recurringTrigger,
      recurringPause,
      recurringResume,
      recurringSkip,
      recurringRemove,
    ],
  },
  {
    name: 'workers',
    aliases: ['worker-processes'],
    summary: 'See and steer the workers that live.',
    commands: [workersList, workersGet, workersQuiet, workersResume, workersStop, workersConcurrency],
  },
  {
    name: 'batch',
    summary: 'See and cancel batches and workflows.',
    commands: [batchList, batchGet, batchCancel],
  },
  {
    name: 'limit',
    summary: 'See what jobs wait for by keys, and free what nobody has a right to.',
    commands: [limitList, limitGet, limitRelease, limitReset],
  },
  {
    name: 'alert',
    summary: 'See, silence and remove alerts.',
    commands: [alertList, alertGet, alertSilence, alertUnsilence, alertRemove],
  },
  {
    name: 'events',
    summary: 'Follow the transitions of jobs.',
    commands: [eventsTail, eventsEnable, eventsDisable],
  },
  {
    name: 'bulk',
    summary: 'See and cancel changes of many jobs at once.',
    commands: [bulkList, bulkGet, bulkCancel],
  },
  { name: 'audit', summary: 'See who changed what.', commands: [auditList, auditTail] },
  doctor,
  bench,
  completion,
  schema,
  version,
];
