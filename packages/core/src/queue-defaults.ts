import type { JobContract, RunOptions } from './contract.ts';
import { checkRunOptions, flowOf, resolveJobOptions, shortHeader } from './contract.ts';
import { OptionError } from './errors.ts';
import type { FlowOptions } from './flow-options.ts';
import { hasFlow, planFlow } from './flow-options.ts';
import { encodeHeader, JOB_DEFAULTS } from './job/job.ts';
import { queueName } from './options.ts';

/** What jobs of a queue get where neither their call nor their contract says anything. */
export type QueueDefaults = Pick<
  RunOptions<never>,
  'maxAttempts' | 'retry' | 'timeout' | 'onExhausted' | 'expireIn' | 'onExpired' | 'retention'
>;

const NAMES = [
  'maxAttempts',
  'retry',
  'timeout',
  'onExhausted',
  'expireIn',
  'onExpired',
  'retention',
] as const satisfies readonly (keyof QueueDefaults)[];

/** Completes contracts by the defaults of the queues that their jobs go to; each once. */
export class QueueDefaultsBook {
  readonly #defaults: ReadonlyMap<string, QueueDefaults>;
  readonly #completed = new Map<string, WeakMap<JobContract, JobContract>>();

  /** @throws {OptionError} */
  constructor(defaults: Readonly<Record<string, QueueDefaults>> | undefined, where: string) {
    this.#defaults = new Map(Object.entries(defaults ?? {}));
    for (const [queue, options] of this.#defaults) check(queue, options, where);
  }

  /** The contract as it counts in a queue. */
  complete(contract: JobContract, queue: string): JobContract {
    const defaults = this.#defaults.get(queue);
    if (defaults === undefined) return contract;
    let completed = this.#completed.get(queue);
    if (completed === undefined) this.#completed.set(queue, (completed = new WeakMap()));
    let made = completed.get(contract);
    if (made === undefined) completed.set(contract, (made = withDefaults(contract, defaults)));
    return made;
  }
}

function check(queue: string, options: QueueDefaults, where: string): void {
  const problem = queueName(queue);
  if (problem !== undefined) throw new OptionError(`${where} (name of a queue)`, problem, queue);
  const other = Object.keys(options ?? {}).find((name) => !(NAMES as readonly string[]).includes(name));
  if (other !== undefined)
    throw new OptionError(`${where}.${queue}.${other}`, `is none of ${NAMES.join(', ')}`, other);
  checkRunOptions(options, `${where}.${queue}`);
  resolveJobOptions(options, JOB_DEFAULTS, `${where}.${queue}`);
  if (hasFlow(options)) planFlow(options, { name: queue, input: null }, `${where}.${queue}`);
}

function withDefaults(contract: JobContract, defaults: QueueDefaults): JobContract {
  const open = NAMES.filter((name) => defaults[name] !== undefined && !contract.given.includes(name));
  if (open.length === 0) return contract;
  const own = Object.fromEntries(open.map((name) => [name, defaults[name]])) as QueueDefaults;
  const options = resolveJobOptions(own, contract.options, 'queueDefaults');
  const flow = { ...flowOf(own), ...contract.flow } as FlowOptions<never>;
  return Object.freeze({
    ...contract,
    options,
    flow: Object.keys(flow).length > 0 ? Object.freeze(flow) : undefined,
    header: shortHeader('queueDefaults', encodeHeader(contract.name, options, contract)),
  });
}
