import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { describe, expect, test, vi } from 'vitest';
import type { Handler } from './handlers.ts';
import { HandlerOutcome, snooze } from './handler-outcome.ts';
import type { JobContext } from './job-context.ts';
import type { Middleware } from './middleware.ts';
import { ExecutorStage, newJob, schema } from './testing/executor-stage.ts';
import { Gate } from './testing/stage.ts';

const RETRY_NOW = { header: 'greet {"retry":{"fixed":0}}' };

function stageOf(handler: Handler, ...middleware: Middleware[]): ExecutorStage {
  return new ExecutorStage(handler, { middleware });
}

describe('middleware', () => {
  test('is around the handler in the order given, and sees input and result', async () => {
    const told: unknown[] = [];
    const named =
      (name: string): Middleware =>
      async (ctx, next) => {
        told.push([name, 'before', ctx.input]);
        const result = await next();
        told.push([name, 'after', result]);
        return result;
      };
    const stage = stageOf((input) => ({ got: input }), named('outer'), named('inner'));
    expect(await stage.run({ payload: '1' })).toMatchObject({ verb: 'succeed', json: { got: 1 } });
    expect(told).toEqual([
      ['outer', 'before', 1],
      ['inner', 'before', 1],
      ['inner', 'after', { got: 1 }],
      ['outer', 'after', { got: 1 }],
    ]);
  });

  test('has the context of the handler', async () => {
    const seen: JobContext[] = [];
    const see: Middleware = (ctx, next) => {
      seen.push(ctx);
      return next();
    };
    await stageOf((_input, ctx) => void seen.push(ctx), see, see).run();
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
  });

  test('that returns nothing leaves the result as it is', async () => {
    const stage = stageOf(
      () => 'result',
      async (_ctx, next) => {
        await next();
      },
      // Not even awaited.
      (_ctx, next) => void next(),
    );
    expect(await stage.run()).toMatchObject({ verb: 'succeed', json: 'result' });
  });

  test('may replace the result', async () => {
    const stage = stageOf(
      () => 1,
      async (_ctx, next) => [await next()],
    );
    expect(await stage.run()).toMatchObject({ json: [1] });
    expect(
      await stageOf(
        () => 1,
        async (_ctx, next) => (await next(), null),
      ).run(),
    ).toMatchObject({ json: null });
  });

  test('may answer instead of the handler', async () => {
    const handler = vi.fn<() => void>();
    expect(await stageOf(handler, () => 'cached').run()).toMatchObject({ verb: 'succeed', json: 'cached' });
    expect(await stageOf(handler, () => undefined).run()).toMatchObject({ verb: 'succeed', json: null });
    expect(handler).not.toHaveBeenCalled();
  });

  test('sees the input that the schema made, and its result is checked', async () => {
    const contract = defineJob({
      name: 'greet',
      input: schema((value) => [value]),
      result: schema((value) => {
        if (value === 'good') return value;
        throw new Error('not good');
      }),
    });
    const seen: unknown[] = [];
    for (const result of ['good', 'bad']) {
      const middleware: Middleware = (ctx) => {
        seen.push(ctx.input);
        return result;
      };
      const { verb } = await new ExecutorStage(() => 'good', { contract, middleware: [middleware] }).run();
      expect(verb).toBe(result === 'good' ? 'succeed' : 'fail');
    }
    expect(seen).toEqual([[{}], [{}]]);
  });
});

describe('errors', () => {
  test('of middleware are errors of the handler, thrown at once or later', async () => {
    const fail = (): never => {
      throw new TypeError('no');
    };
    for (const middleware of [fail, async () => fail()])
      expect(await stageOf(() => 1, middleware).run(RETRY_NOW)).toMatchObject({
        verb: 'retry',
        json: { name: 'TypeError', message: 'no' },
      });
  });

  test('of the handler can be caught or replaced', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const stage = stageOf(fail, async (_ctx, next) => next().catch(() => 'instead'));
    expect(await stage.run()).toMatchObject({ verb: 'succeed', json: 'instead' });
    const other = stageOf(fail, async (_ctx, next) =>
      next().catch((error: unknown) => {
        throw new TypeError('wrapped', { cause: error });
      }),
    );
    expect(await other.run(RETRY_NOW)).toMatchObject({ verb: 'retry', json: { name: 'TypeError' } });
  });

  test('that nobody waits for end no process', async () => {
    const gate = new Gate();
    const late = async (): Promise<never> => {
      await gate.opened;
      throw new Error('late');
    };
    const stage = stageOf(late, (_ctx, next) => {
      void next();
      return 'early';
    });
    expect(await stage.run()).toMatchObject({ verb: 'succeed', json: 'early' });
    gate.open();
    await delay(0);
  });

  test('come from a second call of next', async () => {
    const handler = vi.fn<() => void>();
    const stage = stageOf(handler, async (_ctx, next) => {
      await next();
      await next();
    });
    expect(await stage.run(RETRY_NOW)).toMatchObject({ verb: 'retry', json: { code: 'NEXT_CALLED_TWICE' } });
    expect(handler).toHaveBeenCalledOnce();
  });

  test('are outcomes that the handler says, thrown or returned, for what is around it', async () => {
    for (const handler of [
      () => snooze('1m'),
      () => {
        throw snooze('1m');
      },
    ]) {
      const caught: unknown[] = [];
      const stage = stageOf(handler, async (_ctx, next) =>
        next().catch((error: unknown) => {
          caught.push(error);
          throw error;
        }),
      );
      expect(await stage.run()).toMatchObject({ verb: 'defer', delayMs: 60_000 });
      expect(caught).toEqual([expect.any(HandlerOutcome)]);
    }
  });

  test('may be outcomes of the middleware itself', async () => {
    const stage = stageOf(
      () => 1,
      () => snooze('1m', 'maintenance'),
    );
    expect(await stage.run()).toMatchObject({
      verb: 'defer',
      json: { reason: 'SNOOZED', why: 'maintenance' },
    });
  });
});

test('a handler is not called once its run was told to stop', async () => {
  const handler = vi.fn<() => void>();
  const gate = new Gate();
  const stage = stageOf(handler, async (_ctx, next) => {
    await gate.opened;
    return next();
  });
  const job = newJob();
  stage.executor.start(job);
  stage.executor.find(job)?.abort('LEASE_LOST');
  gate.open();
  expect(await stage.host.outcome).toMatchObject({ verb: 'release' });
  expect(handler).not.toHaveBeenCalled();
});

describe('a scope', () => {
  test('is made before middleware and handler, and disposed before the outcome is told', async () => {
    const told: string[] = [];
    const stage = new ExecutorStage((_input, ctx) => void told.push(`handler ${String(ctx.scope)}`), {
      createScope: async (ctx) => {
        told.push(`created for ${ctx.id.slice(-1)}`);
        await delay(0);
        return {
          toString: () => 'scope',
          dispose: async () => {
            await delay(0);
            told.push(`disposed, ${stage.host.outcomes.length} told`);
          },
        };
      },
      middleware: [
        (ctx, next) => {
          told.push(`middleware ${String(ctx.scope)}`);
          return next();
        },
      ],
    });
    expect(await stage.run()).toMatchObject({ verb: 'succeed' });
    expect(told).toEqual(['created for 0', 'middleware scope', 'handler scope', 'disposed, 0 told']);
  });

  test.each([
    ['Symbol.asyncDispose', (done: () => void) => ({ [Symbol.asyncDispose]: async () => done() })],
    ['Symbol.dispose', (done: () => void) => ({ [Symbol.dispose]: done })],
    ['a method', (done: () => void) => ({ dispose: done })],
    ['a function with a method', (done: () => void) => Object.assign(() => 1, { dispose: done })],
  ])('is disposed by %s, also after an error', async (_how, make) => {
    const done = vi.fn<() => void>();
    const stage = new ExecutorStage(
      () => {
        throw new Error('no');
      },
      { createScope: () => make(done) },
    );
    expect(await stage.run(RETRY_NOW)).toMatchObject({ verb: 'retry', json: { message: 'no' } });
    expect(done).toHaveBeenCalledOnce();
  });

  test.each([[undefined], [null], ['text'], [{}]])('need not be disposable: %j', async (scope) => {
    const stage = new ExecutorStage((_input, ctx) => ctx.scope, { createScope: () => scope });
    expect(await stage.run()).toMatchObject({ verb: 'succeed', json: scope ?? null });
  });

  test('that cannot be made fails the attempt', async () => {
    const stage = new ExecutorStage(() => 1, {
      createScope: () => {
        throw new Error('no container');
      },
    });
    expect(await stage.run(RETRY_NOW)).toMatchObject({ verb: 'retry', json: { message: 'no container' } });
  });

  test('that cannot be disposed is logged, and the outcome stands', async () => {
    const stage = new ExecutorStage(() => 1, {
      createScope: () => ({ dispose: () => Promise.reject(new Error('stuck')) }),
    });
    expect(await stage.run()).toMatchObject({ verb: 'succeed' });
    expect(stage.host.log.lines).toMatchObject([{ level: 'warn', fields: { name: 'greet' } }]);
  });
});
