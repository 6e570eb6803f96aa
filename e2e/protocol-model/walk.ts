import { cloneWorld } from './clone.ts';
import type { Configuration, Setting } from './configuration.ts';
import { configure, startWorld } from './configuration.ts';
import type { Finding } from './explore.ts';
import { traceOf } from './explore.ts';
import { complete } from './fair.ts';
import type { Rules } from './rules.ts';
import type { Step } from './steps.ts';
import { enabledSteps } from './steps.ts';
import { takeStep } from './take-step.ts';
import { Violation } from './violation.ts';

/** Random walks reach what breadth-first exploration is too slow for: long schedules with many faults. */

export interface Walk {
  readonly seed: number;
  readonly steps: number;
  readonly finding?: Finding;
}

type Random = (below: number) => number;

/** mulberry32: small, and the same on every machine. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The seed decides the world, its faults, and every step: a failure is replayed by its seed. */
export function walk(seed: number, rules: Rules): Walk {
  const random = randomOf(seed);
  const setting: Setting = { configuration: configurationOf(random), rules };
  const world = startWorld(setting.configuration);
  const steps: Step[] = [];
  const length = 20 + random(120);
  try {
    while (steps.length < length) {
      const step = choose(enabledSteps(world, setting), random);
      if (!step) break;
      steps.push(step);
      takeStep(world, step, setting);
      if (steps.length % 16 === 0) complete(cloneWorld(world), setting, () => false);
    }
    complete(world, setting, () => false);
    return { seed, steps: steps.length };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const trace = traceOf(steps, error, setting);
    return { seed, steps: steps.length, finding: { message: error.message, trace } };
  }
}

function configurationOf(random: Random): Configuration {
  const poison = random(3) === 0 ? ['c'] : [];
  return configure({
    name: 'random',
    workers: 1 + random(3),
    jobs: ['a', 'b', 'c', 'd', 'e'].slice(0, 3 + random(3)),
    inB: random(2) === 0 ? ['b', 'e'] : [],
    history: random(2) === 0 ? { a: [2, 0], b: [2, random(4)], d: [1, 0] } : {},
    plan: ['v', 'w', 'x', 'y', 'z'].slice(0, random(6)),
    lanes: 1 + random(2),
    poison,
    most: [1, 2, 4],
    claimsInFlight: 1 + random(2),
    rescueLimit: 1 + random(3),
    isSilent: random(3) === 0,
    budget: budgetOf(random),
  });
}

function budgetOf(random: Random): Configuration['budget'] {
  const budget = { ...configure({}).budget };
  for (const key of Object.keys(budget) as (keyof typeof budget)[]) budget[key] = random(4);
  return { ...budget, claims: 12, timer: random(6), late: random(7), cut: random(6) };
}

/** Work more often than faults, or little would ever be in flight. */
const RARE = new Set(['crash', 'expire', 'rollback', 'delete', 'snapshot', 'unregister']);

function choose(steps: readonly Step[], random: Random): Step | undefined {
  if (steps.length === 0) return undefined;
  const first = steps[random(steps.length)];
  return first && RARE.has(first.do) && random(4) > 0 ? steps[random(steps.length)] : first;
}
