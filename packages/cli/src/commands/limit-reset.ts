import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

export const limitReset = defineCommand<ReasonFlags>({
  usage: 'reset <key>',
  summary: 'Forget the starts that a rate has counted: as many may start at once as after a pause.',
  details: '--json prints {"key", "changed"}; false: none were counted.',
  examples: ['linstock limit reset mail-provider --reason "the provider has raised it"'],
  options: [auditReasonOption],
  run: async ({ args, options, output, settings }) => {
    const key = args[0] as string;
    const changed = await withClient(await settings(), ({ limits }) => limits.reset(key, reasonIn(options)));
    await output.sheet({
      json: { key, changed },
      id: key,
      fields: [['Rate', `${key} ${changed ? 'begins anew' : 'had counted no start'}`]],
    });
  },
});
