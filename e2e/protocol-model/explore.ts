import { cloneWorld } from './clone.ts';
import type { Setting } from './configuration.ts';
import { startWorld } from './configuration.ts';
import { complete, Stuck } from './fair.ts';
import { coreKey, fullKey } from './key.ts';
import { describe } from './print.ts';
import type { Step } from './steps.ts';
import { enabledSteps, isLate } from './steps.ts';
import { takeStep } from './take-step.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

export interface Finding {
  readonly message: string;
  readonly trace: readonly string[];
}

export interface Exploration {
  readonly states: number;
  readonly depth: number;
  /** Every reachable state was visited. */
  readonly isComplete: boolean;
  readonly finding?: Finding;
}

export interface Limits {
  readonly states: number;
  readonly untilMs: number;
}

interface Node {
  world: World | undefined;
  readonly parent: Node | undefined;
  readonly step: Step | undefined;
}

/** Breadth first, so that the first violation has a shortest trace. From every new state a fair completion must end all. */
export function explore(setting: Setting, limits: Limits): Exploration {
  const start = startWorld(setting.configuration);
  const seen = new Set([fullKey(start)]);
  const alive = new Set<number>();
  let frontier: Node[] = [{ world: start, parent: undefined, step: undefined }];
  let depth = 0;
  while (frontier.length > 0) {
    const next: Node[] = [];
    for (const node of frontier) {
      const finding = expand(node, { setting, seen, alive }, next);
      if (finding) return { states: seen.size, depth: depth + 1, isComplete: false, finding };
      node.world = undefined;
      if (seen.size >= limits.states || Date.now() >= limits.untilMs)
        return { states: seen.size, depth, isComplete: false };
    }
    frontier = next;
    depth += 1;
  }
  return { states: seen.size, depth, isComplete: true };
}

interface Search {
  readonly setting: Setting;
  readonly seen: Set<number>;
  readonly alive: Set<number>;
}

function expand(node: Node, search: Search, next: Node[]): Finding | undefined {
  const { world } = node;
  const { setting, seen, alive } = search;
  if (!world) return undefined;
  for (const step of enabledSteps(world, setting)) {
    const after = cloneWorld(world);
    const child: Node = { world: after, parent: node, step };
    try {
      takeStep(after, step, setting);
      const key = fullKey(after);
      if (seen.has(key)) continue;
      seen.add(key);
      mustComplete(after, setting, alive);
    } catch (error) {
      if (error instanceof Violation) return findingOf(child, error, setting);
      throw error;
    }
    next.push(child);
  }
  return undefined;
}

/** Remembers every world from which completion is known to work. */
export function mustComplete(world: World, setting: Setting, alive: Set<number>): void {
  const visited: number[] = [];
  complete(cloneWorld(world), setting, (each) => {
    const key = coreKey(each);
    if (alive.has(key)) return true;
    visited.push(key);
    return false;
  });
  for (const key of visited) alive.add(key);
}

function findingOf(node: Node, violation: Violation, setting: Setting): Finding {
  const steps: Step[] = [];
  for (let each: Node | undefined = node; each?.step; each = each.parent) steps.unshift(each.step);
  return { message: violation.message, trace: traceOf(steps, violation, setting) };
}

/** Replays the steps to say what each of them did. */
export function traceOf(steps: readonly Step[], violation: Violation, setting: Setting): string[] {
  const world = startWorld(setting.configuration);
  const lines = replay(world, steps, setting);
  if (violation instanceof Stuck) {
    lines.push('        … and from here nothing else goes wrong:');
    world.net = world.net.filter((message) => !isLate(world, message));
    lines.push(...replay(world, violation.steps, setting));
  }
  return lines;
}

function replay(world: World, steps: readonly Step[], setting: Setting): string[] {
  const lines: string[] = [];
  for (const step of steps) {
    lines.push(describe(world, step));
    try {
      takeStep(world, step, setting);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
    }
  }
  return lines;
}
