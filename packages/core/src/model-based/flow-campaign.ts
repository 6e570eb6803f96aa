import * as fc from 'fast-check';
import type { Campaign } from './campaign.ts';
import { assertInLanes } from './campaign.ts';
import { sequencesOf } from './commands.ts';
import { FLOW_STEPS } from './flow-commands.ts';
import { FlowSession } from './flow-session.ts';
import { settle } from './flow-settling.ts';

const MOST_COMMANDS = 72;

/** Random runs over tied jobs, each checked after every step and let go to its end. Throws the first failure. */
export async function runFlowCampaign(campaign: Omit<Campaign, 'weights'>): Promise<void> {
  const { tally, newPlace } = campaign;
  const property = fc.asyncProperty(sequencesOf(FLOW_STEPS, MOST_COMMANDS), async (steps) => {
    const session = new FlowSession(newPlace(), tally);
    await session.start();
    try {
      await fc.asyncModelRun(() => ({ model: { steps: 0 }, real: session }), steps);
      await settle(session);
    } finally {
      await session.end();
    }
  });
  await assertInLanes(property, campaign);
}
