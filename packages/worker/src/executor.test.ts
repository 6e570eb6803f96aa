import { setTimeout as delay } from 'node:timers/promises';
import type { JobContract } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Executor } from './executor.ts';
import type { Handler } from './handlers.ts';
import { Handlers } from './handlers.ts';
import type { HeldJob } from './held-jobs.ts';
import type { JobContext } from './job-context.ts';
import type { RecordParts } from './testing/claims.ts';
import { heldClaim, recordText } from './testing/claims.ts';
import { FakeHost } from './testing/fake-host.ts';

let host: FakeHost;
let executor: Executor;

function handle(handler: Handler, contract: JobContract = defineJob({ name: 'greet' })): void {
  const handlers = new Handlers();
  handlers.add(contract, handler);
  host = new FakeHost();
  executor = new Executor(handlers, host);
}

function newJob(parts: RecordParts | string = {}): HeldJob {
  const [job] = heldClaim([typeof parts === 'string' ? parts : recordText(parts)]).jobs;
  if (job === undefined) throw new Error('no job');
  return job;
}

/** Starts a job and waits for its outcome. */
async function run(parts: RecordParts | string = {}): Promise<FakeHost['outcomes'][number]> {
  executor.start(newJob(parts));
  await eventually(() => host.outcomes.length > 0);
  expect(host.outcomes).toHaveLength(1);
  return host.outcomes[0] as FakeHost['outcomes'][number];
}

const tail = (code: string, attempt: number): string => `${code} AdaAdaAdaAda 000000000001 ${attempt} 1 2 {}`;
const ONE_ATTEMPT = 'greet {"maxAttempts":1}';
const never = (): Promise<never> => new Promise(() => undefined);

/** A schema that answers later or at once. */
function schema(check: (value: unknown) => unknown, later: boolean): never {
  const validate = (value: unknown): unknown => {
    try {
      const outcome = { value: check(value) };
      return later ? Promise.resolve(outcome) : outcome;
    } catch (error) {
      const outcome = { issues: [{ message: (error as Error).message }] };
      return later ? Promise.resolve(outcome) : outcome;
    }
  };
  return { '~standard': { version: 1, vendor: 'test', validate } } as never;
}

describe('what a handler returns', () => {
  test.each([
    ['a value', () => ({ a: 1 }), { a: 1 }],
    ['a promise', async () => 'later', 'later'],
    ['nothing', () => undefined, null],
    ['null', () => null, null],
    ['a thenable', () => ({ then: (ok: (value: unknown) => void) => ok(7) }), 7],
    ['an array with a hole for undefined', () => [undefined], [null]],
  ])('becomes the result: %s', async (_name, handler, result) => {
    handle(handler);
    expect(await run()).toMatchObject({ verb: 'succeed', json: result });
  });

  test.each([
    ['a function', () => () => 1, 'RESULT_NOT_JSON'],
    ['a BigInt', () => 7n, 'RESULT_NOT_JSON'],
    ['a circular object', () => circular(), 'RESULT_NOT_JSON'],
    ['more than a mebibyte', () => 'x'.repeat(1024 * 1024), 'RESULT_TOO_LARGE'],
  ])('fails the job at once when it cannot be stored: %s', async (_name, handler, code) => {
    handle(handler);
    expect(await run()).toMatchObject({ verb: 'fail', json: { code } });
  });

  test('is checked by the schema of the result, also when that answers later', async () => {
    const refuse = (): never => {
      throw new Error('not that');
    };
    for (const later of [false, true]) {
      handle(() => 'x', defineJob({ name: 'greet', input: schema((v) => v, later), result: schema(refuse, later) }));
      expect(await run()).toMatchObject({ verb: 'fail', json: { code: 'RESULT_INVALID' } });
      handle(() => 'x', defineJob({ name: 'greet', input: schema((v) => v, later), result: schema((v) => `${v}!`, later) }));
      expect(await run()).toMatchObject({ verb: 'succeed', json: 'x!' });
    }
  });
});

function circular(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

describe('what a handler throws', () => {
  test.each([
    ['at once', () => fail('no')],
    ['later', async () => fail('no')],
    ['from a thenable', () => ({ then: () => fail('no') })],
  ])('leads to the next attempt: %s', async (_name, handler) => {
    handle(handler);
    expect(await run({ header: 'greet {"retry":{"fixed":500}}' })).toMatchObject({
      verb: 'retry',
      delayMs: 500,
      json: { name: 'Error', message: 'no' },
    });
  });

  test('ends the job when no attempt is left', async () => {
    handle(() => fail('no'));
    expect(await run({ header: 'greet {"maxAttempts":3}', tail: [tail('R', 1), tail('R', 2)] })).toMatchObject({ verb: 'fail' });
    expect(host.lines[0]).toMatch(/^\nF AdaAdaAdaAda \d{12} 3 \d+ \d+ \{/);
  });

  test('does not count deferred, released and rescued runs as attempts', async () => {
    const attempts: number[] = [];
    handle((_input, ctx) => void attempts.push(ctx.attempt));
    await run({ tail: [tail('R', 1), tail('D', 2), tail('L', 2), 'W AdaAdaAdaAda 000000000001 - 0 2 {}'] });
    expect(attempts).toEqual([2]);
  });

  test.each([
    ['of a newer version', '{"fibonacci":1}'],
    ['that is no policy', '5'],
    ['that is nothing', 'null'],
  ])('is retried by the default policy where the own one cannot be read: %s', async (_name, policy) => {
    handle(async () => fail('no'));
    const { verb, delayMs } = await run({ header: `greet {"retry":${policy}}` });
    expect(verb).toBe('retry');
    expect(delayMs).toBeGreaterThanOrEqual(15_000);
  });

  test('may be anything', async () => {
    handle(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- what handlers may do
      throw 'a text';
    });
    expect(await run()).toMatchObject({ verb: 'retry', json: { message: 'a text' } });
  });
});

function fail(message: string): never {
  throw new Error(message);
}

describe('the input', () => {
  test('is the payload, made by the schema', async () => {
    let seen: unknown;
    handle((input) => void (seen = input), defineJob({ name: 'greet', input: schema((v) => [v], false) }));
    await run({ payload: '{"a":1}' });
    expect(seen).toEqual([{ a: 1 }]);
  });

  test('that the schema refuses fails the attempt', async () => {
    const called = vi.fn();
    handle(called, defineJob({ name: 'greet', input: schema(() => fail('wrong'), true) }));
    expect(await run({ header: ONE_ATTEMPT })).toMatchObject({ verb: 'fail', json: { code: 'INPUT_INVALID' } });
    expect(called).not.toHaveBeenCalled();
  });

  test('that is large is fetched first', async () => {
    handle((input) => input);
    host.payloadOf = () => Promise.resolve('"large"');
    expect(await run({ payload: '' })).toMatchObject({ verb: 'succeed', json: 'large' });
  });

  test('that cannot be fetched now uses no attempt', async () => {
    handle((input) => input);
    host.payloadOf = () => Promise.reject(new Error('Connection is closed.'));
    expect(await run({ payload: '' })).toMatchObject({ verb: 'release', json: { reason: 'PAYLOAD_NOT_FETCHED' } });
  });

  test('that arrives after the run was given back is not handled', async () => {
    const handler = vi.fn();
    handle(handler);
    let arrive: (payload: string) => void = () => undefined;
    host.payloadOf = () => new Promise((resolve) => (arrive = resolve));
    executor.start(newJob({ payload: '' }));
    executor.giveBackAll();
    arrive('1');
    await delay(0);
    expect(handler).not.toHaveBeenCalled();
    expect(host.outcomes.map(({ verb }) => verb)).toEqual(['release']);
  });
});

describe('a record that cannot be decoded goes to quarantine and takes no slot:', () => {
  test.each([
    ['no newline after the mark', 'x'.repeat(40)],
    ['nothing', ''],
    ['options that are no JSON', recordText({ header: 'greet {' })],
    ['a payload that is no JSON', recordText({ payload: '{' })],
  ])('%s', async (_name, record) => {
    handle(() => 1);
    expect(await run(record)).toMatchObject({ verb: 'quarantine' });
    expect(executor.running).toBe(0);
  });

  test('a large payload that is gone', async () => {
    handle(() => 1);
    expect(await run({ payload: '' })).toMatchObject({ verb: 'quarantine' });
  });
});

describe('a job without a handler here', () => {
  test('is deferred with its reason, and takes no slot', async () => {
    handle(() => 1);
    expect(await run({ header: 'unknown' })).toMatchObject({
      verb: 'defer',
      delayMs: 5000,
      json: { reason: 'NO_HANDLER', name: 'unknown' },
    });
    expect(executor.running).toBe(0);
  });

  test('waits longer each time, at most a minute', async () => {
    for (const [times, wait] of [[1, 10_000], [3, 40_000], [4, 60_000], [19, 60_000]] as const) {
      handle(() => 1);
      const deferred = Array.from({ length: times }, () => tail('D', 1));
      expect(await run({ header: 'unknown', tail: deferred })).toMatchObject({ delayMs: wait });
    }
  });
});

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const TIMED = 'greet {"timeoutMs":1000,"retry":{"fixed":1}}';

  test('that is up aborts the signal, and what the handler throws then is the timeout', async () => {
    handle((_input, ctx) => new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('mine')))));
    executor.start(newJob({ header: TIMED }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(host.outcomes).toMatchObject([{ verb: 'retry', json: { code: 'JOB_TIMEOUT' } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is up counts even if the handler returns', async () => {
    handle((_input, ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve('late'))));
    executor.start(newJob({ header: TIMED }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(host.outcomes).toMatchObject([{ verb: 'retry', json: { code: 'JOB_TIMEOUT' } }]);
  });

  test('of a handler that ignores its signal ends after a grace, and frees the slot', async () => {
    handle(never);
    executor.start(newJob({ header: TIMED }));
    await vi.advanceTimersByTimeAsync(5999);
    expect([executor.running, host.outcomes]).toEqual([1, []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([executor.running, host.freedSlots]).toEqual([0, 1]);
    expect(host.outcomes).toMatchObject([{ verb: 'retry', json: { code: 'JOB_TIMEOUT' } }]);
  });

  test('that a run did not need leaves no timer', async () => {
    handle(() => 1);
    executor.start(newJob({ header: TIMED }));
    expect([host.outcomes.length, vi.getTimerCount()]).toEqual([1, 0]);
  });

  test('of months does not end at once', async () => {
    handle(never);
    executor.start(newJob({ header: `greet {"timeoutMs":${60 * 86_400_000}}` }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.outcomes).toEqual([]);
  });
});

describe('a run that is told to stop', () => {
  /** A handler that ends when it is told, as `how` says. */
  const listening = (how: 'throws' | 'returns'): Handler => (_input, ctx: JobContext) =>
    new Promise((resolve, reject) => {
      ctx.signal.addEventListener('abort', () => (how === 'throws' ? reject(ctx.signal.reason as Error) : resolve('done')));
    });

  test('because its lease is lost gives its job back', async () => {
    handle(listening('throws'));
    const job = newJob();
    executor.start(job);
    executor.find(job)?.abort('LEASE_LOST');
    await eventually(() => host.outcomes.length);
    expect(host.outcomes).toMatchObject([{ verb: 'release', json: { reason: 'LEASE_LOST' } }]);
  });

  test('because a person cancelled its job writes nothing', async () => {
    for (const how of ['throws', 'returns'] as const) {
      handle(listening(how));
      const job = newJob();
      executor.start(job);
      executor.find(job)?.abort('JOB_CANCELLED');
      await eventually(() => host.outcomes.length);
      expect([host.outcomes[0]?.verb, host.lines]).toEqual(['release', ['']]);
    }
  });

  test('keeps its slot until its handler ends', async () => {
    handle(never);
    const job = newJob();
    executor.start(job);
    executor.find(job)?.abort('JOB_CANCELLED');
    await delay(20);
    expect([executor.running, host.outcomes]).toEqual([1, []]);
  });

  test('because the worker ends is given back at once, whatever its handler does', async () => {
    let finish: (value: unknown) => void = () => undefined;
    handle(() => new Promise((resolve) => (finish = resolve)));
    executor.start(newJob());
    executor.giveBackAll();
    expect(host.outcomes).toMatchObject([{ verb: 'release', json: { reason: 'WORKER_STOPPING' } }]);
    expect(executor.running).toBe(0);
    finish('late');
    await delay(0);
    expect(host.outcomes).toHaveLength(1);
  });

  test('while the schema still checks its result has one outcome', async () => {
    let checked: (outcome: unknown) => void = () => undefined;
    const slow = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise((resolve) => (checked = resolve)) } };
    handle(() => 1, defineJob({ name: 'greet', input: schema((v) => v, false), result: slow as never }));
    executor.start(newJob());
    executor.giveBackAll();
    checked({ value: 1 });
    await delay(0);
    expect(host.outcomes.map(({ verb }) => verb)).toEqual(['release']);
  });
});

describe('slots', () => {
  test('are taken from the start to the end of a run', async () => {
    let finish: (value: unknown) => void = () => undefined;
    handle(() => new Promise((resolve) => (finish = resolve)));
    executor.start(newJob());
    expect([executor.running, host.freedSlots]).toEqual([1, 0]);
    finish(1);
    await eventually(() => host.freedSlots === 1);
    expect(executor.running).toBe(0);
  });

  test('of jobs that end at once are filled again without deep recursion', () => {
    handle(() => 1);
    let left = 20_000;
    let filling = false;
    host.onFreed = () => {
      if (filling) return;
      filling = true;
      while (left-- > 0) executor.start(newJob());
      filling = false;
    };
    executor.start(newJob());
    expect(host.outcomes).toHaveLength(20_001);
  });

  test('hold nothing of a run that has ended', async () => {
    handle(() => 1);
    const job = newJob();
    executor.start(job);
    expect([executor.find(job), [...executor.runs], job.state]).toEqual([undefined, [], 'finished']);
  });
});

describe('how long runs take', () => {
  test('is unknown until twenty have ended', () => {
    handle(() => 1);
    for (let i = 0; i < 19; i++) executor.start(newJob());
    expect(executor.recentMostMs).toBe(Infinity);
    executor.start(newJob());
    expect(executor.recentMostMs).toBeLessThan(50);
    expect(executor.finished).toBe(20);
  });
});
