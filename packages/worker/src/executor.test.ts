import { setTimeout as delay } from 'node:timers/promises';
import type { JobContract } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { describe, expect, test, vi } from 'vitest';
import type { Executor } from './executor.ts';
import type { Handler } from './handlers.ts';
import type { RecordParts } from './testing/claims.ts';
import { recordText } from './testing/claims.ts';
import { ExecutorStage, newJob, schema } from './testing/executor-stage.ts';
import type { FakeHost, ShortOutcome } from './testing/fake-host.ts';
import { thenable } from './testing/thenable.ts';

let stage: ExecutorStage;
let host: FakeHost;
let executor: Executor;

function handle(handler: Handler, contract?: JobContract): void {
  stage = new ExecutorStage(handler, { contract });
  ({ host, executor } = stage);
}

function run(parts?: RecordParts | string): Promise<ShortOutcome> {
  return stage.run(parts);
}

const tail = (code: string, attempt: number): string => `${code} AdaAdaAdaAda 000000000001 ${attempt} 1 2 {}`;
const ONE_ATTEMPT = 'greet {"maxAttempts":1}';

describe('what a handler returns', () => {
  test.each([
    ['a value', () => ({ a: 1 }), { a: 1 }],
    ['a promise', async () => 'later', 'later'],
    ['nothing', () => undefined, null],
    ['null', () => null, null],
    ['a thenable', () => thenable((resolve) => resolve(7)), 7],
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
      handle(
        () => 'x',
        defineJob({ name: 'greet', input: schema((v) => v, later), result: schema(refuse, later) }),
      );
      expect(await run()).toMatchObject({ verb: 'fail', json: { code: 'RESULT_INVALID' } });
      handle(
        () => 'x',
        defineJob({
          name: 'greet',
          input: schema((v) => v, later),
          result: schema((v) => `${String(v)}!`, later),
        }),
      );
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
    ['from a thenable', () => thenable(() => fail('no'))],
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
    expect(
      await run({ header: 'greet {"maxAttempts":3}', tail: [tail('R', 1), tail('R', 2)] }),
    ).toMatchObject({ verb: 'fail' });
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
    const called = vi.fn<() => void>();
    handle(called, defineJob({ name: 'greet', input: schema(() => fail('wrong'), true) }));
    expect(await run({ header: ONE_ATTEMPT })).toMatchObject({
      verb: 'fail',
      json: { code: 'INPUT_INVALID' },
    });
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
    expect(await run({ payload: '' })).toMatchObject({
      verb: 'release',
      json: { reason: 'PAYLOAD_NOT_FETCHED' },
    });
  });

  test('that arrives after the run was given back is not handled', async () => {
    const handler = vi.fn<() => void>();
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
    for (const [times, wait] of [
      [1, 10_000],
      [3, 40_000],
      [4, 60_000],
      [19, 60_000],
    ] as const) {
      handle(() => 1);
      const deferred = Array.from({ length: times }, () => tail('D', 1));
      expect(await run({ header: 'unknown', tail: deferred })).toMatchObject({ delayMs: wait });
    }
  });
});
