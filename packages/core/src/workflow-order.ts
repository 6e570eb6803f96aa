import { OptionError } from './errors.ts';
import { closest, jobName } from './options.ts';
import { splitReferences } from './result-reference.ts';
import type { WorkflowNode, WorkflowNodes } from './workflow.ts';

/** A node with what it waits for. */
export interface PlannedNode extends WorkflowNode {
  readonly name: string;
  /** Nodes that it waits for by their names. */
  readonly after: readonly string[];
  /** Nodes whose results stand in its input. */
  readonly results: readonly string[];
}

const MOST_NODES = 10_000;

/** The nodes of a workflow, each after those that it waits for. @throws {OptionError} a cycle, a name that no node has */
export function orderNodes(nodes: WorkflowNodes): PlannedNode[] {
  const names = Object.keys(nodes);
  if (names.length === 0 || names.length > MOST_NODES)
    throw new OptionError('workflow', `must have 1 to ${MOST_NODES} nodes`, names.length);
  const planned = new Map(names.map((name) => [name, plan(name, nodes)]));
  const waiting = new Map(
    [...planned].map(([name, { after, results }]) => [name, new Set([...after, ...results])]),
  );
  const children = new Map<string, string[]>();
  for (const [name, parents] of waiting)
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), name]);
  const ready = names.filter((name) => waiting.get(name)?.size === 0);
  for (const name of ready) {
    for (const child of children.get(name) ?? []) {
      const left = waiting.get(child);
      left?.delete(name);
      if (left?.size === 0) ready.push(child);
    }
  }
  if (ready.length < names.length) throw cycleIn(waiting, new Set(ready));
  return ready.flatMap((name) => planned.get(name) ?? []);
}

function plan(name: string, nodes: WorkflowNodes): PlannedNode {
  const problem = jobName(name);
  if (problem !== undefined)
    throw new OptionError('workflow', `must name its nodes well: a name ${problem}`, name);
  const own = nodes[name];
  if (typeof own !== 'object' || own?.contract === undefined)
    throw new OptionError(`workflow.${name}`, 'must be what node() returned', own);
  const { after = [], on = 'succeeded' } = own.options;
  if (!Array.isArray(after))
    throw new OptionError(`workflow.${name}.after`, 'must be a list of names', after);
  const results = splitReferences(own.input).names;
  const names = after as readonly string[];
  for (const other of [...names, ...results]) checkName(other, name, nodes);
  const both = results.find((other) => after.includes(other));
  if (both !== undefined && on !== 'succeeded')
    throw new OptionError(`workflow.${name}.on`, `must be "succeeded" for ${both}: its result is needed`, on);
  return { ...own, name, after: [...new Set(after)], results };
}

function checkName(other: string, name: string, nodes: WorkflowNodes): void {
  if (Object.hasOwn(nodes, other)) return;
  const guess = closest(other, Object.keys(nodes));
  const hint = guess === undefined ? '' : `; did you mean "${guess}"?`;
  throw new OptionError(`workflow.${name}.after`, `must name nodes of this workflow${hint}`, other);
}

/** Each node that is left waits for one that is left, so that going on from one to the next comes round. */
function cycleIn(waiting: ReadonlyMap<string, ReadonlySet<string>>, ready: ReadonlySet<string>): OptionError {
  const path: string[] = [];
  let at = [...waiting.keys()].find((name) => !ready.has(name)) ?? '';
  while (!path.includes(at)) {
    path.push(at);
    at = [...(waiting.get(at) ?? [])][0] ?? '';
  }
  const cycle = [at, ...path.slice(path.indexOf(at)).toReversed()].join(' → ');
  return new OptionError('workflow', `must have no cycle: ${cycle}`, cycle);
}
