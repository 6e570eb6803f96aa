import { beforeEach, describe, expect, test } from 'vitest';
import { JobContext } from './job-context.ts';
import { JobRun } from './job-run.ts';
import { heldClaim, recordText } from './testing/claims.ts';
import { MemoryLog } from './testing/memory-log.ts';

interface Reported {
  readonly progress: unknown;
  readonly line: Record<string, unknown> | undefined;
}

let log: MemoryLog;
let reported: Reported[];
let run: JobRun;
let context: JobContext;

beforeEach(() => {
  log = new MemoryLog();
  reported = [];
  const [job] = heldClaim([recordText()]).jobs;
  if (job === undefined) throw new Error('no job');
  const about = {
    name: 'greet',
    metadata: { tenant: 'ada' },
    recurring: undefined,
    attempt: 2,
    recoveries: 1,
    startedAt: 5,
  };
  run = new JobRun(job, about, {
    log,
    waitedFor: async () => ({ outcomes: new Map(), children: [] }),
    makeChild: () => Promise.reject(new Error('no children here')),
    rest: async () => undefined,
    report: (_run, progress, line) =>
      void reported.push({ progress, line: line === undefined ? undefined : (JSON.parse(line) as never) }),
  });
  context = new JobContext(run);
});

test('it names the job, the attempt, its recoveries, a key for side effects and a fence', () => {
  const { id, name, attempt, recoveries, idempotencyKey, fence } = context;
  expect({ id, name, attempt, recoveries, idempotencyKey, fence }).toEqual({
    id: run.held.id,
    name: 'greet',
    attempt: 2,
    recoveries: 1,
    idempotencyKey: run.held.id,
    fence: `AdaAdaAdaAda:${run.held.claim.text}`,
  });
});

test('it has what the producer said about the job, and an empty object when that is nothing', () => {
  expect(context.metadata).toEqual({ tenant: 'ada' });
  const facts = {
    name: 'greet',
    metadata: undefined,
    recurring: undefined,
    attempt: 1,
    recoveries: 0,
    startedAt: 5,
  };
  const silent = new JobRun(run.held, facts, {
    log,
    report: () => undefined,
    waitedFor: async () => ({ outcomes: new Map(), children: [] }),
    makeChild: () => Promise.reject(new Error('no children here')),
    rest: async () => undefined,
  });
  expect(new JobContext(silent).metadata).toEqual({});
});

test('it has the scope of its run', () => {
  expect(context.scope).toBeUndefined();
  run.scope = 'scope';
  expect(context.scope).toBe('scope');
});

describe('the signal', () => {
  test('aborts with the reason', () => {
    const { signal } = context;
    expect(signal.aborted).toBe(false);
    run.abort('JOB_TIMEOUT');
    expect(signal.reason).toMatchObject({
      name: 'JobAbortError',
      code: 'JOB_TIMEOUT',
      fields: { id: run.id },
    });
  });

  test('that is first asked for after the abort is aborted already', () => {
    run.abort('JOB_CANCELLED');
    expect(context.signal.reason).toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('is the same each time', () => {
    expect(context.signal).toBe(context.signal);
  });

  test('keeps its first reason', () => {
    const { signal } = context;
    run.abort('JOB_CANCELLED');
    run.abort('WORKER_STOPPING');
    expect(signal.reason).toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('says nothing once the run has ended', () => {
    const { signal } = context;
    run.end();
    run.abort('WORKER_STOPPING');
    expect(signal.aborted).toBe(false);
  });
});

describe('the log', () => {
  test('writes to the log of the worker, with the job', () => {
    context.log.warn({ of: 10 }, 'slow');
    expect(log.lines).toEqual([
      { level: 'warn', message: 'slow', fields: { jobId: run.id, name: 'greet', attempt: 2, of: 10 } },
    ]);
  });

  test('keeps lines at info and above for the job', () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) context.log[level]({ n: 1 }, level);
    expect(reported.map(({ line }) => line)).toEqual(
      ['info', 'warn', 'error'].map((level) => ({
        level,
        message: level,
        n: 1,
        at: expect.any(Number) as number,
      })),
    );
  });

  test('takes a message alone, as pino does', () => {
    context.log.info('hello');
    context.log.fatal({ n: 1 });
    context.log.trace('hardly');
    expect(reported.map(({ line }) => line)).toMatchObject([
      { level: 'info', message: 'hello' },
      { level: 'fatal', n: 1 },
    ]);
  });

  test('of a child keeps lines too', () => {
    context.log.child({ part: 1 }).info({}, 'of a part');
    expect(reported).toHaveLength(1);
    expect(log.lines[0]?.fields).toMatchObject({ part: 1, jobId: run.id });
  });

  test('keeps the message alone of a line that is too long or no JSON', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    context.log.info({ text: 'x'.repeat(10_000) }, 'long');
    context.log.info(circular, 'circular');
    context.log.info({ big: 7n }, 'big');
    const lines = reported.map(({ line }) => line);
    expect(lines.map((line) => line?.['message'])).toEqual(['long', 'circular', 'big']);
    expect(lines.map((line) => Object.keys(line ?? {}).toSorted())).toEqual(
      [1, 2, 3].map(() => ['at', 'level', 'message']),
    );
  });
});

test('progress is reported as it is given', () => {
  context.progress({ done: 3, of: 10 });
  context.progress(null);
  expect(reported).toEqual([
    { progress: { done: 3, of: 10 }, line: undefined },
    { progress: null, line: undefined },
  ]);
});
