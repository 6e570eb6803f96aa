import { AlertNotFoundError } from '@linstock/core';
import { alertJson, alertSheet } from '../alert-view.ts';
import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

const KEPT = 500;
const SHOWN = 10;

export const alertGet = defineCommand<WatchFlags>({
  usage: 'get <id>',
  summary: 'Show an alert, with what became of it and who was told.',
  details: '--json prints the alert with its {"events"}, the newest first.',
  examples: ['linstock alert get q1S8b2bN4xYz'],
  options: watchOptions,
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    return withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const [alerts, events] = await Promise.all([monitor.alerts(), monitor.alertEvents({ most: KEPT })]);
        const alert = alerts.find((one) => one.id === id);
        if (alert === undefined) throw new AlertNotFoundError(id);
        const own = events.filter((event) => event.alert === id).slice(0, SHOWN);
        await out.sheet(alertSheet(alertJson(alert), own));
      }),
    );
  },
});
