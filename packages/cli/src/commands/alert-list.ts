import { ALERT_COLUMNS, alertJson } from '../alert-view.ts';
import { defineCommand, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly firing?: boolean;
}

export const alertList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List alerts: what each looks for, and what the last look has found.',
  details: 'Dashboards with alerts look, every 10 seconds. --json prints {"alerts"}.',
  examples: ['linstock alert list --firing', 'linstock alert list -o wide --watch'],
  options: [plainOption('--firing', 'only those that fire now'), ...watchOptions],
  run: async ({ options, output, settings }) =>
    withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const all = (await monitor.alerts()).map(alertJson);
        const alerts = options.firing === true ? all.filter(({ isFiring }) => isFiring) : all;
        await out.list({
          rows: alerts,
          columns: ALERT_COLUMNS,
          id: ({ id }) => id,
          json: { alerts },
          empty: all.length === 0 ? 'No alert is defined.' : `None of ${all.length} alerts fires.`,
        });
      }),
    ),
});
