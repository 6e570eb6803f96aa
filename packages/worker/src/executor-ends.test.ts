import { setTimeout as delay } from 'node:timers/promises';
import type { JobContract } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Executor } from './executor.ts';
import type { Handler } from './handlers.ts';
import { ExecutorStage, newJob, schema } from './testing/executor-stage.ts';
import type { FakeHost } from './testing/fake-host.ts';

let host: FakeHost;
let executor: Executor;

function handle(handler: Handler, contract?: JobContract): void {
  ({ host, executor } = new ExecutorStage(handler, { contract }));
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const TIMED = 'greet {"timeoutMs":1000,"retry":{"fixed":1}}';

  test('that is up aborts the signal, and what the handler throws then is the timeout', async () => {
    handle(
      (_input, ctx) =>
        new Promise((_resolve, reject) =>
          ctx.signal.addEventListener('abort', () => reject(new Error('mine'))),
        ),
    );
    executor.start(newJob({ header: TIMED }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(host.outcomes).toMatchObject([{ verb: 'retry', json: { code: 'JOB_TIMEOUT' } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is up counts even if the handler returns', async () => {
    handle(
      (_input, ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve('late'))),
    );
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

  test('to end after the signal is an option', async () => {
    handle(never);
    host.abortGraceMs = 50;
    executor.start(newJob({ header: TIMED }));
    await vi.advanceTimersByTimeAsync(1049);
    expect(executor.running).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(executor.running).toBe(0);
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
  const listening =
    (how: 'throws' | 'returns'): Handler =>
    (_input, ctx) =>
      new Promise((resolve, reject) => {
        ctx.signal.addEventListener('abort', () =>
          how === 'throws' ? reject(ctx.signal.reason as Error) : resolve('done'),
        );
      });

  test('because its lease is lost gives its job back', async () => {
    handle(listening('throws'));
    const job = newJob();
    executor.start(job);
    executor.find(job)?.abort('LEASE_LOST');
    await host.outcome;
    expect(host.outcomes).toMatchObject([{ verb: 'release', json: { reason: 'LEASE_LOST' } }]);
  });

  test('because a person cancelled its job writes nothing', async () => {
    for (const how of ['throws', 'returns'] as const) {
      handle(listening(how));
      const job = newJob();
      executor.start(job);
      executor.find(job)?.abort('JOB_CANCELLED');
      await host.outcome;
      expect([host.outcomes[0]?.verb, host.lines]).toEqual(['release', ['']]);
    }
  });

  test('keeps its slot until its handler ends', async () => {
    handle(never);
    const job = newJob();
    executor.start(job);
    executor.find(job)?.abort('JOB_CANCELLED');
    await delay(0);
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
    const slow = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => new Promise((resolve) => (checked = resolve)),
      },
    };
    handle(() => 1, defineJob({ name: 'greet', input: schema((v) => v), result: slow as never }));
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
    await host.outcome;
    expect(host.freedSlots).toBe(1);
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
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is unknown until twenty have ended', () => {
    handle(() => 1);
    for (let i = 0; i < 19; i++) executor.start(newJob());
    expect(executor.recentMostMs).toBe(Infinity);
    executor.start(newJob());
    expect(executor.recentMostMs).toBeLessThan(50);
    expect(executor.finished).toBe(20);
  });
});
