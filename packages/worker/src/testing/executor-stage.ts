import type { JobContract } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { Executor } from '../executor.ts';
import type { Handler } from '../handlers.ts';
import { Handlers } from '../handlers.ts';
import type { HeldJob } from '../held-jobs.ts';
import type { RecordParts } from './claims.ts';
import { heldClaim, recordText } from './claims.ts';
import type { ShortOutcome } from './fake-host.ts';
import { FakeHost } from './fake-host.ts';

/** An executor with one handler and a fake host. */
export class ExecutorStage {
  readonly host = new FakeHost();
  readonly executor: Executor;

  constructor(handler: Handler, contract: JobContract = defineJob({ name: 'greet' })) {
    const handlers = new Handlers();
    handlers.add(contract, handler);
    this.executor = new Executor(handlers, this.host);
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
