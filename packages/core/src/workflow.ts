import type { BatchBuilder, BatchOptions } from './batch-builder.ts';
import type { BatchHandle, Batches } from './batches.ts';
import type { BatchHost } from './batch-host.ts';
import type { JobHandle } from './job-handle.ts';
import type { ParentCondition } from './continuations.ts';
import type { Send } from './client-middleware.ts';
import { memberTies, parentTies } from './continuations.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { Duration } from './duration.ts';
import type { Enqueued, MadeJob } from './enqueuer.ts';
import { JobExistsError, OptionError } from './errors.ts';
import type { JobPlan } from './job-factory.ts';
import { makeJob, memberPlan } from './job-factory.ts';
import type { ParentTie } from './job/ties.ts';
import { splitReferences } from './result-reference.ts';
import type { PlannedNode } from './workflow-order.ts';
import { orderNodes } from './workflow-order.ts';

/** Options of a node, beside those of any job. */
export interface NodeOptions {
  /** Nodes that it waits for, besides those whose results stand in its input. At most 100 in all. */
  readonly after?: readonly string[];
  /** How those in `after` must end for it to run. A node whose condition can no longer hold is cancelled. @default "succeeded" */
  readonly on?: ParentCondition;
  /** How long it waits after the others. @default 0 */
  readonly in?: Duration;
}

/** A node of a workflow, made by {@link node}. */
export interface WorkflowNode<Result = unknown> {
  readonly contract: JobContract<unknown, Result>;
  readonly input: unknown;
  readonly options: NodeOptions & RunOptions<never>;
}

/** The nodes of a workflow, by their names. */
export type WorkflowNodes = Readonly<Record<string, WorkflowNode>>;

/** A workflow that was created: a batch, with the handles of its jobs by the names of their nodes. */
export interface WorkflowHandle<Nodes extends WorkflowNodes = WorkflowNodes> extends BatchHandle {
  readonly jobs: { readonly [Name in keyof Nodes]: JobHandle<ResultOf<Nodes[Name]>> };
}

type ResultOf<Node> = Node extends WorkflowNode<infer Result> ? Result : never;

/**
 * A node: a job of a workflow.
 *
 * @example
 * node(resize, { image: resultOf('download', download), width: 100 }, { after: ['check'] })
 */
export function node<I, R>(
  contract: JobContract<I, R>,
  input: NoInfer<I>,
  options: NodeOptions & RunOptions<NoInfer<I>> = {},
): WorkflowNode<R> {
  return { contract, input, options: options };
}

/** As `client.workflow()`. @throws {OptionError} a cycle, a name that no node has */
export async function createWorkflow<Nodes extends WorkflowNodes>(
  parts: { readonly host: BatchHost; readonly batches: Batches },
  nodes: Nodes,
  options: BatchOptions = {},
): Promise<WorkflowHandle<Nodes>> {
  const { host, batches } = parts;
  const order = orderNodes(nodes);
  const jobs = new Map<string, Enqueued>();
  const batch = await batches.create(
    async (builder) => {
      const maker = new NodeMaker(host, builder);
      for (const planned of order) await maker.make(planned);
      for (const [name, stored] of await storeNodes(builder, maker.made)) jobs.set(name, stored);
    },
    { name: 'workflow', ...options },
  );
  const handles = Object.fromEntries([...jobs].map(([name, job]) => [name, host.handle(job)]));
  return { ...batch, jobs: handles as WorkflowHandle<Nodes>['jobs'] };
}

/** A node's job that is not stored yet. */
interface MadeNode extends MadeJob {
  readonly name: string;
}

/** Makes the nodes of a workflow: each passes the middleware, and nothing is stored before all have. */
class NodeMaker {
  readonly made: MadeNode[] = [];
  readonly #host: BatchHost;
  readonly #builder: BatchBuilder;
  readonly #ids = new Map<string, string>();

  constructor(host: BatchHost, builder: BatchBuilder) {
    this.#host = host;
    this.#builder = builder;
  }

  /** Later nodes need its id. */
  async make(planned: PlannedNode): Promise<void> {
    const { calls } = this.#host;
    const { contract, input } = planned;
    const { after: _after, ...options } = planned.options;
    const call = { kind: 'node', contract, inputs: [input], options, batchId: this.#builder.id } as const;
    const send: Send = async (changed) => [
      await this.#make({ ...planned, input: changed.inputs[0], options: changed.options }),
    ];
    await (calls.isPlain ? send(call) : calls.run(call, send));
  }

  async #make(planned: PlannedNode): Promise<JobHandle> {
    const plan = planOf(this.#host, this.#builder, { planned, ids: this.#ids });
    const { value } = splitReferences(planned.input, this.#ids);
    const job = await makeJob(plan, value, this.#builder.home);
    this.#ids.set(planned.name, job.id);
    this.made.push({ name: planned.name, plan, job });
    return this.#host.handle({ id: job.id, status: 'stored' });
  }
}

/** Those that wait for nothing are stored first, and parents before their children. */
async function storeNodes(builder: BatchBuilder, made: readonly MadeNode[]): Promise<[string, Enqueued][]> {
  const plain = made.filter(({ job }) => job.draft !== undefined);
  const tied = made.filter(({ job }) => job.draft === undefined);
  const stored = await builder.store([...plain, ...tied]);
  return [...plain, ...tied].map(({ name, plan, job }, i) => {
    const { id, status } = stored[i] ?? { id: job.id, status: 'stored' };
    if (status !== 'stored') throw new JobExistsError(plan.contract.name, id);
    return [name, { id, status }];
  });
}

function planOf(
  host: BatchHost,
  builder: BatchBuilder,
  { planned, ids }: { planned: PlannedNode; ids: ReadonlyMap<string, string> },
): JobPlan {
  const { name, contract, after, results, options } = planned;
  const { on = 'succeeded', in: delay, ...own } = options;
  const base = host.plan(contract, own, delay === undefined ? undefined : { in: delay });
  refuseLocks(name, base);
  const ties: ParentTie[] = [
    ...tiesTo(after, on, ids),
    ...tiesTo(
      results.filter((other) => !after.includes(other)),
      'succeeded',
      ids,
    ),
  ];
  if (ties.length > 100)
    throw new OptionError(`workflow.${name}`, 'must wait for at most 100 nodes', ties.length);
  if (ties.length === 0) return memberPlan(base, builder.id, true);
  const plan = memberPlan({ ...base, parents: memberTies(ties) }, builder.id, true);
  if (results.length === 0) return plan;
  // What is checked now would have no results in it: the worker checks it when they are there.
  return { ...plan, takesResults: true, contract: { ...plan.contract, input: undefined } };
}

function tiesTo(
  names: readonly string[],
  on: ParentCondition,
  ids: ReadonlyMap<string, string>,
): readonly ParentTie[] {
  return names.length === 0
    ? []
    : parentTies(
        names.map((other) => ids.get(other) ?? ''),
        on,
      ).ties;
}

/** Another job that stands for a node would not be a part of the workflow. */
function refuseLocks(name: string, { flow }: JobPlan): void {
  const lock = (['unique', 'key', 'debounce', 'throttle'] as const).find(
    (option) => flow?.[option] !== undefined,
  );
  if (lock !== undefined)
    throw new OptionError(
      `workflow.${name}.${lock}`,
      'must not be set: another job cannot stand for a node',
      flow?.[lock],
    );
}
