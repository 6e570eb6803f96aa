import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, expectTypeOf, test } from 'vitest';
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

// Libraries that are not installed here are passed over.
const installed = async <T>(load: () => Promise<T>): Promise<T | undefined> => load().catch(() => undefined);
const zod = await installed(() => import('zod'));
const valibot = await installed(() => import('valibot'));
const arktype = await installed(() => import('arktype'));

const schemas: Readonly<Record<string, StandardSchemaV1<unknown, unknown> | undefined>> = {
  zod: zod?.z.object({ to: zod.z.string(), copies: zod.z.number().default(1) }),
  valibot: valibot?.object({ to: valibot.string(), copies: valibot.optional(valibot.number(), 1) }),
  arktype: arktype?.type({ to: 'string', copies: 'number = 1' }) as
    | StandardSchemaV1<unknown, unknown>
    | undefined,
};

describe.each(Object.entries(schemas))('a schema of %s', (_, schema) => {
  test.skipIf(schema === undefined)('is accepted, checks, and fills in its defaults', () => {
    const contract = defineJob({ name: 'mail', input: schema as StandardSchemaV1 });
    const about = { code: 'INPUT_INVALID', job: 'mail' } as const;
    expect(validate(contract.input as StandardSchemaV1, { to: 'ada' }, about)).toEqual({
      to: 'ada',
      copies: 1,
    });
    expect(() => validate(contract.input as StandardSchemaV1, { to: 4 }, about)).toThrow(
      /^input of "mail" is invalid: /,
    );
  });
});
