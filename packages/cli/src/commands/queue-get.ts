import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { getQueue, pausedText } from '../queue-view.ts';

export const queueGet = defineCommand({
  usage: 'get <name>',
  summary: 'Show one queue.',
  examples: ['linstock queue get mail', 'linstock queue get mail --json'],
  run: async ({ args, output, settings }) => {
    const queue = await withMonitor(await settings(), (monitor) => getQueue(monitor, args[0] as string));
    const priorities = Object.entries(queue.byPriority).map(([priority, n]) => `${n} ${priority}`);
    await output.sheet({
      json: queue,
      id: queue.name,
      fields: [
        ['Queue', queue.name],
        ['Enqueued', `${queue.enqueued} (${priorities.join(', ')})`],
        ['Suspects', `${queue.suspects} (a worker died with them; they run one at a time)`],
        ['Workers', String(queue.workers), queue.workers === 0 ? 'bad' : 'plain'],
        ['Paused', queue.paused === null ? 'no' : pausedText(queue.paused)],
      ],
    });
  },
});
