import { afterAll, describe, expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import type { Exploration, Finding, Limits } from './explore.ts';
import { explore } from './explore.ts';
import { LARGER_WORLDS } from './larger-worlds.ts';
import { MUTANTS } from './mutants.ts';
import { PROTOCOL } from './rules.ts';
import { walk } from './walk.ts';
import { WORLDS } from './worlds.ts';

const isCampaign = process.env['LINSTOCK_CAMPAIGN'] === '1';
/** Replays one walk. */
const seed = process.env['LINSTOCK_SEED'];
const showsTraces = process.env['LINSTOCK_TRACES'] === '1';

/** Without a campaign the whole file takes about 40 s on one core; with one, ten minutes. */
const STATES_OF_LARGER_WORLD = 250_000;
const SECONDS_OF_LARGER_WORLD = 17;
const WALKS = isCampaign ? 1_000_000 : 10_000;
const SECONDS_OF_WALKS = isCampaign ? 280 : 15;

const report: string[] = [];
let states = 0;

const inSeconds = (seconds: number): number => Date.now() + seconds * 1000;
const explain = ({ message, trace }: Finding): string => `${message}\n  ${trace.join('\n  ')}`;

afterAll(() => {
  report.push(`${states} states of the protocol were explored in all.`);
  process.stdout.write(`${report.join('\n')}\n`);
});

function exploreWorld(configuration: Configuration, limits: Limits): Exploration {
  const result = explore({ configuration, rules: PROTOCOL }, limits);
  states += result.states;
  const extent = result.isComplete ? 'all of them' : `to depth ${result.depth}`;
  report.push(`${configuration.name}: ${result.states} states, ${extent}`);
  expect(result.finding && explain(result.finding)).toBeUndefined();
  return result;
}

describe.skipIf(seed)('every schedule keeps each job in one place and can bring it to its end', () => {
  for (const configuration of WORLDS) {
    it(`in the world "${configuration.name}"`, { timeout: 100_000 }, () => {
      const result = exploreWorld(configuration, { states: 500_000, untilMs: inSeconds(90) });
      expect(result.isComplete).toBe(true);
    });
  }
});

describe.runIf(isCampaign && !seed)('a campaign finds no violation', () => {
  for (const configuration of LARGER_WORLDS) {
    it(`in the larger world "${configuration.name}"`, { timeout: 60_000 }, () => {
      const untilMs = inSeconds(SECONDS_OF_LARGER_WORLD);
      exploreWorld(configuration, { states: STATES_OF_LARGER_WORLD, untilMs });
    });
  }
});

describe('random walks', () => {
  it('find no violation', { timeout: 400_000 }, () => {
    const first = Number(seed ?? (isCampaign ? 1_000_000 : 1));
    const untilMs = inSeconds(SECONDS_OF_WALKS);
    let walks = 0;
    let steps = 0;
    while (walks < (seed ? 1 : WALKS) && Date.now() < untilMs) {
      const result = walk(first + walks, PROTOCOL);
      walks += 1;
      steps += result.steps;
      const said = result.finding && `LINSTOCK_SEED=${result.seed}: ${explain(result.finding)}`;
      expect(said).toBeUndefined();
    }
    report.push(`${walks} random schedules of ${steps} steps in all, from seed ${first}`);
  });
});

describe.skipIf(seed)('each weaker rule is caught', () => {
  for (const { name, change, configuration } of MUTANTS) {
    it(`"${name}"`, { timeout: 60_000 }, () => {
      const limits = { states: 100_000, untilMs: inSeconds(20) };
      const weak = explore({ configuration, rules: { ...PROTOCOL, ...change } }, limits);
      expect(weak.finding?.message, `${weak.states} states without a violation`).toBeDefined();
      if (weak.finding) report.push(`${name}: ${showsTraces ? explain(weak.finding) : weak.finding.message}`);
      // The same world under the real rules: what was caught is the mutant, not the world.
      const real = explore({ configuration, rules: PROTOCOL }, { states: 8_000, untilMs: inSeconds(5) });
      states += real.states;
      expect(real.finding && explain(real.finding)).toBeUndefined();
    });
  }
});
