import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Schema } from './ui/parts/schema.ts';
import { isRequired, keysOf, partOf, shapeOf } from './ui/parts/schema.ts';
import { fits, initial, limitsOf, MOST_DEPTH, read, typeOf, write } from './ui/parts/schema-values.ts';

const text = { type: 'string' };

/** A schema, and a value that fits it. */
interface Pair {
  readonly schema: Schema;
  readonly value: unknown;
}

const constant = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { pair } = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { maxDepth: 4 },
    fc.string().map((value): Pair => ({ schema: text, value })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value): Pair => ({ schema: { type: 'number' }, value })),
    fc.boolean().map((value): Pair => ({ schema: { type: 'boolean' }, value })),
    fc
      .uniqueArray(constant, { minLength: 1 })
      .chain((all) => fc.constantFrom(...all).map((value): Pair => ({ schema: { enum: all }, value }))),
    fc.jsonValue().map((value): Pair => ({ schema: {}, value })),
    tie('pair').chain((one) =>
      fc.boolean().map((isNull): Pair => {
        return { schema: { anyOf: [one.schema, { type: 'null' }] }, value: isNull ? null : one.value };
      }),
    ),
    fc.array(tie('pair'), { maxLength: 3 }).map((entries): Pair => ({
      schema: { type: 'array', items: entries[0]?.schema ?? text },
      value: entries.map(({ value }) => value),
    })),
    fc
      .dictionary(fc.string(), fc.tuple(tie('pair'), fc.boolean(), fc.boolean()), { maxKeys: 4 })
      .map((parts): Pair => {
        const all = Object.entries(parts);
        return {
          schema: {
            type: 'object',
            properties: Object.fromEntries(all.map(([key, [one]]) => [key, one.schema])),
            required: all.filter(([, [, isNeeded]]) => isNeeded).map(([key]) => key),
          },
          value: Object.fromEntries(
            all.filter(([, [, a, b]]) => a || b).map(([key, [one]]) => [key, one.value]),
          ),
        };
      }),
  ),
}));

/** What becomes of a value that somebody types into the fields of a form, one after the other. */
function typed(given: unknown, value: unknown, depth = 0): unknown {
  const found = shapeOf(given, {});
  const shape = fits(found, value) && depth <= MOST_DEPTH ? found : { ...found, kind: 'json' as const };
  if (value === null && shape.canBeNull) return null;
  if (shape.kind === 'flag') return value;
  if (shape.kind === 'list')
    return (value as unknown[]).map((entry) => typed(shape.schema['items'], entry, depth + 1));
  if (shape.kind !== 'fields') return read(shape, write(shape, value), true);
  const there = value as Record<string, unknown>;
  const parts = keysOf(shape.schema, there).flatMap((key) =>
    Object.hasOwn(there, key)
      ? [[key, typed(partOf(shape.schema, key), there[key], depth + 1)] as const]
      : [],
  );
  return Object.fromEntries(parts);
}

/** As it travels. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null') as unknown;

test('whatever fits a schema can be typed into its form, and comes out as it was', () => {
  fc.assert(
    fc.property(pair, ({ schema, value }) => {
      const sent = json(value);
      expect(typed(json(schema), sent)).toEqual(sent);
    }),
    { numRuns: 1000 },
  );
});

test('whatever stands there already can be shown, whether it fits or not', () => {
  fc.assert(
    fc.property(pair, fc.jsonValue(), ({ schema }, value) => {
      const sent = json(value);
      expect(typed(json(schema), sent)).toEqual(sent);
    }),
    { numRuns: 1000 },
  );
});

const words = fc.constantFrom(
  ...'type properties items $ref anyOf oneOf allOf enum const required minItems $defs default'.split(' '),
  ...'additionalProperties pattern minimum multipleOf __proto__ constructor format'.split(' '),
);
const strange = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue(),
    fc.constantFrom(
      'string',
      'object',
      'array',
      'null',
      'integer',
      '#',
      '#/properties/a',
      '#/$defs/__proto__/x',
      -1,
      1e9,
    ),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(words, fc.constant('a')), tie('any'), { maxKeys: 5 }),
  ),
})).any;

test('whatever is sent as a schema, there is a form', () => {
  fc.assert(
    fc.property(strange, fc.jsonValue(), (schema, value) => {
      const root = json(schema) as Schema;
      const shape = shapeOf(root, root);
      fits(shape, value);
      limitsOf(shape);
      typeOf(shape, write({ ...shape, kind: 'json' }, value));
      expect(() => JSON.stringify(initial(root, root))).not.toThrow();
      for (const key of keysOf(shape.schema, value)) {
        isRequired(shape.schema, key);
        shapeOf(partOf(shape.schema, key), root);
      }
      expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});
