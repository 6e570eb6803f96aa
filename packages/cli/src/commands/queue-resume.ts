import type { QueueChangeFlags } from '../change-queues.ts';
import { changeQueues, queueReasonOption } from '../change-queues.ts';
import { defineCommand } from '../command.ts';

export const queueResume = defineCommand<QueueChangeFlags>({
  usage: 'resume <name...>',
  summary: 'Let the jobs of a queue be started again.',
  details: '--json prints {"queues": [{"name", "paused", "changed"}]}.',
  examples: ['linstock queue resume mail'],
  options: [queueReasonOption],
  run: (invocation) =>
    changeQueues({ done: 'running', isPaused: false, apply: (queue, own) => queue.resume(own) }, invocation),
});
