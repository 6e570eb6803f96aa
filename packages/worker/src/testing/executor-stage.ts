import type { JobContract } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { Executor } from '../executor.ts';
import type { Handler } from '../handlers.ts';
import { Handlers } from '../handlers.ts';
import type { HeldJob } from '../held-jobs.ts';
import type { CreateScope, Middleware } from '../middleware.ts';
import { aroundOf } from '../middleware.ts';
import type { HandleOptions } from '../retry-function.ts';
import type { RecordParts } from './claims.ts';
import { heldClaim, recordText } from './claims.ts';
import type { ShortOutcome } from './fake-host.ts';
import { FakeHost } from './fake-host.ts';

/** What a test may say of a stage; left out: a job `greet`, and nothing around its handler. */
export interface StageOptions extends HandleOptions {
  readonly contract?: JobContract | undefined;
  readonly middleware?: readonly Middleware[];
  readonly createScope?: CreateScope;
}

/** An executor with one handler and a fake host. */
export class ExecutorStage {
  readonly host = new FakeHost();
  readonly executor: Executor;

  constructor(handler: Handler, options: StageOptions = {}) {
    const { contract = defineJob({ name: 'greet' }), middleware = [], createScope, retry } = options;
    const handlers = new Handlers();
    handlers.add(contract, handler, retry === undefined ? undefined : { retry });
    this.executor = new Executor(handlers, this.host, aroundOf(middleware, createScope));
  }

  /** Starts a job. */
  start(parts: RecordParts | string = {}): HeldJob {
    const job = newJob(parts);
    this.executor.start(job);
    return job;
  }

  /** Starts a job and waits for its outcome. */
  async run(parts: RecordParts | string = {}): Promise<ShortOutcome> {
    this.start(parts);
    return this.host.outcome;
  }
}

/** A job that was claimed: of these parts, or with this record. */
export function newJob(parts: RecordParts | string = {}): HeldJob {
  const [job] = heldClaim([typeof parts === 'string' ? parts : recordText(parts)]).jobs;
  if (job === undefined) throw new Error('a claim of one record has one job');
  return job;
}

/** A Standard Schema that answers at once or later. */
export function schema(check: (value: unknown) => unknown, later = false): never {
  const validate = (value: unknown): unknown => {
    const outcome = outcomeOf(check, value);
    return later ? Promise.resolve(outcome) : outcome;
  };
  return { '~standard': { version: 1, vendor: 'test', validate } } as never;
}

function outcomeOf(check: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return { value: check(value) };
  } catch (error) {
    return { issues: [{ message: (error as Error).message }] };
  }
}
