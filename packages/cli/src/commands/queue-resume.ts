import { changeQueues } from '../change-queues.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const queueResume = defineCommand<ReasonFlags>({
  usage: 'resume <name...>',
  summary: 'Let the jobs of a queue be started again.',
  details: '--json prints {"queues": [{"name", "paused", "changed"}]}.',
  examples: ['linstock queue resume mail'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeQueues({ done: 'running', isPaused: false, apply: (queue, own) => queue.resume(own) }, invocation),
});
