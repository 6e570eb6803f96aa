import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { JobContract } from './contract.ts';
import { defineJob, validate } from './contract.ts';
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
    options: { maxAttempts: 10, retry: 'hangfire', timeoutMs: 0 },
    header: 'mail.send',
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
  ])('%j', (definition, message) => {
    const define = (): unknown => defineJob(definition);
    expect(define).toThrow(OptionError);
    expect(define).toThrow(message);
  });
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
