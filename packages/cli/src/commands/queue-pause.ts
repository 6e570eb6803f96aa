import type { QueueChangeFlags } from '../change-queues.ts';
import { changeQueues, queueReasonOption } from '../change-queues.ts';
import { defineCommand } from '../command.ts';

export const queuePause = defineCommand<QueueChangeFlags>({
  usage: 'pause <name...>',
  summary: 'Let nothing of a queue be started any more; what runs goes on.',
  details: '--json prints {"queues": [{"name", "paused", "changed"}]}.',
  examples: ['linstock queue pause mail --reason "the mail server is down"'],
  options: [queueReasonOption],
  run: (invocation) =>
    changeQueues({ done: 'paused', isPaused: true, apply: (queue, own) => queue.pause(own) }, invocation),
});
