import { changeQueues } from '../change-queues.ts';
import { defineCommand } from '../command.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption } from '../reason.ts';

export const queuePause = defineCommand<ReasonFlags>({
  usage: 'pause <name...>',
  summary: 'Let nothing of a queue be started any more; what runs goes on.',
  details: '--json prints {"queues": [{"name", "paused", "changed"}]}.',
  examples: ['linstock queue pause mail --reason "the mail server is down"'],
  options: [auditReasonOption],
  run: (invocation) =>
    changeQueues({ done: 'paused', isPaused: true, apply: (queue, own) => queue.pause(own) }, invocation),
});
