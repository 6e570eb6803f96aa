import { defineJob } from '@linstock/core';
import { describe, expect, test, vi } from 'vitest';
import type { Handler } from './handlers.ts';
import { cancel, fail, retryAfter, snooze } from './handler-outcome.ts';
import { ExecutorStage, newJob, schema } from './testing/executor-stage.ts';

const FAST = 'greet {"retry":{"fixed":500}}';

describe('what a handler says, thrown or returned, at once or later,', () => {
  const ways: [string, (outcome: Error) => Handler][] = [
    ['returned', (outcome) => () => outcome],
    ['returned later', (outcome) => async () => outcome],
    [
      'thrown',
      (outcome) => () => {
        throw outcome;
      },
    ],
    ['thrown later', (outcome) => () => Promise.reject(outcome)],
  ];
  test.each(ways)('decides: %s', async (_way, handler) => {
    expect(await new ExecutorStage(handler(retryAfter('7s'))).run({ header: FAST })).toMatchObject({
      verb: 'retry',
      delayMs: 7000,
    });
    expect(await new ExecutorStage(handler(snooze('7s', 'busy'))).run()).toMatchObject({
      verb: 'defer',
      delayMs: 7000,
      json: { reason: 'SNOOZED', why: 'busy' },
    });
    expect(await new ExecutorStage(handler(fail('broken'))).run()).toMatchObject({
      verb: 'fail',
      json: { message: 'broken' },
    });
    expect(await new ExecutorStage(handler(cancel('unneeded'))).run()).toMatchObject({
      verb: 'drop',
      json: { by: 'handler', why: 'unneeded' },
    });
  });

  test('is no result: the schema of the result does not see it', async () => {
    const check = vi.fn<(value: unknown) => unknown>((value) => value);
    const contract = defineJob({ name: 'greet', input: schema((v) => v), result: schema(check) });
    expect(await new ExecutorStage(() => snooze('1s'), { contract }).run()).toMatchObject({ verb: 'defer' });
    expect(check).not.toHaveBeenCalled();
  });

  test('has its line in the tail, with the attempt', async () => {
    const stage = new ExecutorStage(() => cancel('unneeded'));
    await stage.run({ tail: ['R AdaAdaAdaAda 000000000001 1 1 2 {}'] });
    expect(stage.host.lines[0]).toMatch(/^\nC AdaAdaAdaAda \d{12} 2 \d+ \d+ \{"by":"handler"/);
  });

  test('frees its slot', async () => {
    const stage = new ExecutorStage(() => snooze('1s'));
    await stage.run();
    expect([stage.executor.running, stage.host.freedSlots, stage.executor.finished]).toEqual([0, 1, 1]);
  });

  test('counts while the worker stops, as a result does', async () => {
    let say: (outcome: unknown) => void = () => undefined;
    const stage = new ExecutorStage(() => new Promise((resolve) => (say = resolve)));
    const job = newJob();
    stage.executor.start(job);
    stage.executor.find(job)?.abort('LEASE_LOST');
    say(cancel('unneeded'));
    expect(await stage.host.outcome).toMatchObject({ verb: 'drop' });
  });
});

describe('a retry function', () => {
  const broken: Handler = () => {
    throw new TypeError('no');
  };

  test('decides by the class of the error', async () => {
    const retry = (error: unknown): 'fail' | '3s' => (error instanceof TypeError ? 'fail' : '3s');
    expect(await new ExecutorStage(broken, { retry }).run({ header: FAST })).toMatchObject({ verb: 'fail' });
    const other = new ExecutorStage(() => Promise.reject(new RangeError('no')), { retry });
    expect(await other.run({ header: FAST })).toMatchObject({ verb: 'retry', delayMs: 3000 });
  });

  test('that throws leaves it to the policy of the job', async () => {
    const stage = new ExecutorStage(broken, {
      retry: () => {
        throw new Error('broken too');
      },
    });
    expect(await stage.run({ header: FAST })).toMatchObject({ verb: 'retry', delayMs: 500 });
    expect(stage.host.log.lines).toHaveLength(1);
  });

  test('is not asked about what the handler said itself', async () => {
    const retry = vi.fn<() => undefined>();
    for (const outcome of [retryAfter('1s'), snooze('1s'), fail('no'), cancel('no')])
      await new ExecutorStage(() => outcome, { retry }).run();
    expect(retry).not.toHaveBeenCalled();
  });

  test('is asked about an input that the schema refuses', async () => {
    const contract = defineJob({
      name: 'greet',
      input: schema(() => {
        throw new Error('wrong');
      }),
    });
    const stage = new ExecutorStage(() => 1, {
      contract,
      retry: (error) => ((error as { code?: string }).code === 'INPUT_INVALID' ? 'cancel' : undefined),
    });
    expect(await stage.run({ header: FAST })).toMatchObject({ verb: 'drop' });
  });
});

describe('versions of a contract:', () => {
  const seen: unknown[] = [];
  const handler: Handler = (input) => void seen.push(input);
  const contract = defineJob({
    name: 'greet',
    version: 3,
    input: schema((value) => {
      if (typeof value === 'object' && value !== null && 'to' in value) return value;
      throw new Error('without "to"');
    }),
    upcast: (input, from) => ({ to: input, from }),
  });
  const payload = '"ada"';

  test('an older input is made new before the schema checks it', async () => {
    seen.length = 0;
    const stage = new ExecutorStage(handler, { contract });
    expect(await stage.run({ payload })).toMatchObject({ verb: 'succeed' });
    expect(
      await new ExecutorStage(handler, { contract }).run({ payload, header: 'greet {"version":2}' }),
    ).toMatchObject({
      verb: 'succeed',
    });
    expect(seen).toEqual([
      { to: 'ada', from: 1 },
      { to: 'ada', from: 2 },
    ]);
  });

  test('one of the present version is left as it is', async () => {
    seen.length = 0;
    const stage = new ExecutorStage(handler, { contract });
    await stage.run({ payload: '{"to":"bob"}', header: 'greet {"version":3}' });
    expect(seen).toEqual([{ to: 'bob' }]);
  });

  test('an older one without upcast is checked as it is', async () => {
    const plain = defineJob({ name: 'greet', version: 2 });
    seen.length = 0;
    await new ExecutorStage(handler, { contract: plain }).run({ payload });
    expect(seen).toEqual(['ada']);
  });

  test('what upcast throws fails the attempt', async () => {
    const broken = defineJob({
      name: 'greet',
      version: 2,
      upcast: () => {
        throw new Error('cannot');
      },
    });
    const stage = new ExecutorStage(handler, { contract: broken });
    expect(await stage.run({ payload, header: FAST })).toMatchObject({
      verb: 'retry',
      json: { message: 'cannot' },
    });
  });

  test('a newer job than the handler knows is put off, and takes no slot', async () => {
    const stage = new ExecutorStage(handler, { contract });
    expect(await stage.run({ payload, header: 'greet {"version":4}' })).toMatchObject({
      verb: 'defer',
      delayMs: 5000,
      json: { reason: 'NEWER_VERSION', name: 'greet' },
    });
    expect([stage.executor.running, stage.host.startedJobs]).toEqual([0, []]);
  });
});

test('what a handler put off does not lengthen the wait for a worker that has one', async () => {
  const snoozed = (n: number): string =>
    `D AdaAdaAdaAda 000000000001 1 1 2 {"reason":"SNOOZED","why":"${n}"}`;
  const deferred = 'D AdaAdaAdaAda 000000000001 1 1 2 {"reason":"NO_HANDLER","name":"unknown"}';
  const stage = new ExecutorStage(() => 1);
  const tail = [snoozed(1), snoozed(2), deferred, snoozed(3)];
  expect(await stage.run({ header: 'unknown', tail })).toMatchObject({ delayMs: 10_000 });
});

test('a run tells that it starts before its handler is called', async () => {
  const stage = new ExecutorStage(() => stage.host.startedJobs.length);
  expect(await stage.run()).toMatchObject({ json: 1 });
});
