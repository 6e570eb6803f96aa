import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { JobContract } from './contract.ts';
import { defineJob, headerOf, validate } from './contract.ts';
import { OptionError, PayloadError } from './errors.ts';

/** A schema by hand: a text becomes its length. */
const length: StandardSchemaV1<string, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'string'
        ? { value: value.length }
        : { issues: [{ message: 'must be a text', path: ['a', { key: 0 }] }] },
  },
};

test('a contract has the defaults that nobody named', () => {
  expect(defineJob({ name: 'mail.send' })).toMatchObject({
    name: 'mail.send',
    queue: 'default',
    priority: 'normal',
    options: { maxAttempts: 10, retry: 'hangfire', timeoutMs: 0, onExhausted: 'fail' },
    header: 'mail.send',
    version: 1,
    aliases: [],
    metadata: undefined,
    displayName: undefined,
    upcast: undefined,
  });
});

describe('the header', () => {
  const contract = defineJob({
    name: 'mail',
    version: 2,
    onExhausted: 'cancel',
    metadata: { team: 'shop' },
    displayName: 'Mail',
  });

  test('says what differs from the defaults', () => {
    expect(contract.header).toBe(
      'mail {"onExhausted":"cancel","version":2,"metadata":{"team":"shop"},"displayName":"Mail"}',
    );
  });

  test('of a job has its own words instead of those of its contract, and keeps the version', () => {
    expect(headerOf(contract, { onExhausted: 'fail', metadata: { tenant: 'ada' } }, 'enqueue')).toBe(
      'mail {"version":2,"metadata":{"tenant":"ada"},"displayName":"Mail"}',
    );
  });

  test('has at most 4 KiB, counted in bytes', () => {
    const retry = (delay: string): string[] => Array.from({ length: 100 }, () => delay);
    const long = retry('10.000001w1.000001d1.000001h');
    expect(() => defineJob({ name: 'a', retry: long, metadata: { a: 'é'.repeat(400) } })).not.toThrow();
    expect(() => defineJob({ name: 'a', retry: long, metadata: { a: 'é'.repeat(505) } })).toThrow(
      OptionError,
    );
    expect(() => headerOf(contract, { retry: retry('1.000001w'.repeat(5)) }, 'enqueue')).toThrow(
      'enqueue: must have options of at most 4096 bytes',
    );
  });
});

test('a contract cannot be changed', () => expect(Object.isFrozen(defineJob({ name: 'a' }))).toBe(true));

describe('types', () => {
  test('come from the schema: what goes in before it is checked, what comes out after', () => {
    const contract = defineJob({ name: 'a', input: length, result: length });
    expectTypeOf(contract).toEqualTypeOf<JobContract<string, number>>();
  });

  test('come from the type arguments where there is no schema', () => {
    expectTypeOf(defineJob<{ path: string }, { bytes: number }>({ name: 'a' })).toEqualTypeOf<
      JobContract<{ path: string }, { bytes: number }>
    >();
  });

  test('of upcast are those of the input, also where nothing else gives them', () => {
    const upcast = (old: unknown): { path: string } => ({ path: String(old) });
    expectTypeOf(defineJob({ name: 'a', version: 2, upcast })).toEqualTypeOf<JobContract<{ path: string }>>();
    expectTypeOf(
      defineJob<{ path: string }, number>({
        name: 'a',
        version: 2,
        upcast: (old) => ({ path: String(old) }),
      }),
    ).toEqualTypeOf<JobContract<{ path: string }, number>>();
    expectTypeOf(
      defineJob({
        name: 'a',
        version: 2,
        input: z.object({ path: z.string() }),
        upcast: (old) => ({ path: String(old) }),
      }),
    ).toEqualTypeOf<JobContract<{ path: string }>>();
  });

  test('are unknown otherwise', () => expectTypeOf(defineJob({ name: 'a' })).toEqualTypeOf<JobContract>());
});

describe('a definition is refused', () => {
  test.each([
    [undefined, 'defineJob.name: is required'],
    [{}, 'defineJob.name: is required'],
    [{ name: '' }, 'defineJob.name: must be 1 to 128'],
    [{ name: 'a b' }, 'defineJob.name: must be 1 to 128'],
    [{ name: 'a', que: 'b' }, 'did you mean "queue"?'],
    [{ name: 'a', queue: 'a b' }, 'defineJob.queue: must be'],
    [{ name: 'a', priority: 'urgent' }, 'must be one of critical, high, normal, low'],
    [{ name: 'a', maxAttempts: 0 }, 'from 1 to 1000'],
    [{ name: 'a', retry: 'sometimes' }, 'defineJob.retry: must be'],
    [{ name: 'a', timeout: 'soon' }, 'defineJob.timeout: must be'],
    [{ name: 'a', input: {} }, 'must be a Standard Schema'],
    [JSON.parse('{"name":"a","__proto__":{"queue":"b"}}'), 'is no option'],
    [{ name: 'a', onExhausted: 'delete' }, 'must be one of fail, cancel'],
    [{ name: 'a', version: 0 }, 'from 1 to 1000000'],
    [{ name: 'a', version: 2, upcast: 'v2' }, 'defineJob.upcast: must be a function'],
    [{ name: 'a', upcast: () => 1 }, 'defineJob.upcast: needs a version of 2 or more'],
    [{ name: 'a', aliases: 'b' }, 'defineJob.aliases: must be a list'],
    [{ name: 'a', aliases: ['b', 'b'] }, 'must not name a job twice'],
    [{ name: 'a', aliases: ['b c'] }, 'defineJob.aliases: must be 1 to 128'],
    [{ name: 'a', aliases: ['b', 'a'] }, 'must not name the job itself'],
    [{ name: 'a', metadata: 'ada' }, 'must be an object whose JSON has at most 1024 bytes'],
    [{ name: 'a', metadata: [1] }, 'must be an object whose JSON'],
    [{ name: 'a', metadata: null }, 'must be an object whose JSON'],
    [{ name: 'a', metadata: new Date(0) }, 'must be an object whose JSON'],
    [{ name: 'a', metadata: { a: 'é'.repeat(510) } }, 'must be an object whose JSON'],
    [{ name: 'a', displayName: '' }, 'defineJob.displayName: must be a text of 1 to 128'],
    [{ name: 'a', displayName: 'a\nb' }, 'without control characters'],
    [{ name: 'a', displayName: 'x'.repeat(129) }, 'must be a text of 1 to 128'],
    [{ name: 'a', metadata: { toJSON: () => 'text' } }, 'must be an object whose JSON'],
  ])('%j', (definition, message) => {
    const define = (): unknown => defineJob(definition);
    expect(define).toThrow(OptionError);
    expect(define).toThrow(message);
  });
});

test('metadata that has no JSON is refused', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  for (const metadata of [circular, { big: 7n }])
    expect(() => defineJob({ name: 'a', metadata })).toThrow('must be an object whose JSON');
});

describe('a schema runs', () => {
  const about = { code: 'INPUT_INVALID', job: 'greet' } as const;

  test('and its value is what counts', () => expect(validate(length, 'four', about)).toBe(4));

  test('and its issues are told with their paths', () => {
    expect(() => validate(length, 4, about)).toThrow(PayloadError);
    expect(() => validate(length, 4, about)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: 'input of "greet" is invalid: a.0: must be a text',
        fields: { job: 'greet', issues: [{ path: 'a.0', message: 'must be a text' }] },
      }),
    );
  });

  test('also when it answers later', async () => {
    const later = { '~standard': { ...length['~standard'], validate: async () => ({ value: 1 }) } };
    await expect(validate(later, 'x', about)).resolves.toBe(1);
  });
});

describe('a schema of a library is accepted, gives the types, and fills in its defaults', () => {
  interface Before {
    to: string;
    copies?: number | undefined;
  }
  const about = { code: 'INPUT_INVALID', job: 'mail' } as const;

  function check(schema: StandardSchemaV1 | undefined): void {
    if (schema === undefined) throw new Error('the contract has lost its schema');
    expect(validate(schema, { to: 'ada' }, about)).toEqual({ to: 'ada', copies: 1 });
    expect(() => validate(schema, { to: 4 }, about)).toThrow(/^input of "mail" is invalid: to: /);
  }

  test('zod', () => {
    const input = z.object({ to: z.string(), copies: z.number().default(1) });
    const contract = defineJob({ name: 'mail', input, result: z.string().transform(Number) });
    expectTypeOf(contract).toEqualTypeOf<JobContract<Before, number>>();
    check(contract.input);
  });

  test('valibot', () => {
    const input = v.object({ to: v.string(), copies: v.optional(v.number(), 1) });
    const contract = defineJob({ name: 'mail', input, result: v.pipe(v.string(), v.transform(Number)) });
    expectTypeOf(contract).toEqualTypeOf<JobContract<Before, number>>();
    check(contract.input);
  });

  test('arktype', () => {
    const contract = defineJob({
      name: 'mail',
      input: type({ to: 'string', copies: 'number = 1' }),
      result: type('number'),
    });
    expectTypeOf(contract).toEqualTypeOf<JobContract<{ to: string; copies?: number }, number>>();
    check(contract.input);
  });
});
