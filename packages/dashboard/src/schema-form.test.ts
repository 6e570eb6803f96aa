import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromField, toField } from './ui/instants.ts';
import type { Schema } from './ui/parts/schema.ts';
import { shapeOf } from './ui/parts/schema.ts';
import { initial, limitsOf, MOST_DEPTH, read, typeOf } from './ui/parts/schema-values.ts';

const text = { type: 'string' };
/** As it travels. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null') as unknown;

const kindOf = (schema: unknown, root = {}): unknown => {
  const { kind, canBeNull, choices } = shapeOf(schema, root);
  return [kind, ...(canBeNull ? ['or null'] : []), ...choices];
};

describe('a part of an input is asked for by the field that fits its schema', () => {
  test.each<[object, unknown[]]>([
    [text, ['text']],
    [{ type: 'integer' }, ['number']],
    [{ type: 'boolean' }, ['flag']],
    [{ enum: ['a', 7, null] }, ['choice', 'a', 7, null]],
    [{ const: 'a' }, ['choice', 'a']],
    [{ anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }] }, ['choice', 'a', 'b', 'c']],
    [
      { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }, { type: 'null' }] },
      ['choice', 'or null', 'a', 'b'],
    ],
    [{ type: ['string', 'null'] }, ['text', 'or null']],
    [{ anyOf: [{ type: 'null' }, text] }, ['text', 'or null']],
    [{ allOf: [text] }, ['text']],
    [{ type: 'object', properties: {} }, ['fields']],
    [{ properties: { a: text } }, ['fields']],
    [{ type: 'array', items: text }, ['list']],
    [{ $ref: '#/$defs/a~1b/items' }, ['number']],
    [{ $ref: '#/$defs/again' }, ['text', 'or null']],
  ])('%j', (schema, kind) => {
    const root = {
      $defs: {
        'a/b': { items: { type: 'number' } },
        again: { anyOf: [{ $ref: '#/$defs/text' }, { const: null }] },
        text,
      },
    };
    expect(kindOf(schema, root)).toEqual(kind);
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['true', true],
    ['several types', { type: ['string', 'number'] }],
    ['one of several objects', { anyOf: [{ type: 'object', properties: {} }, text] }],
    ['all of several', { allOf: [{ properties: { a: text } }, { properties: { b: text } }] }],
    ['a tuple', { type: 'array', prefixItems: [text], items: text }],
    ['a list of anything', { type: 'array' }],
    ['names by a pattern', { type: 'object', properties: {}, patternProperties: { '^x': text } }],
    ['a dictionary', { type: 'object', additionalProperties: text }],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a reference into a prototype', { $ref: '#/constructor' }],
    ['a reference to itself', { $ref: '#/$defs/loop' }],
  ])('as JSON where it says %s', (_, schema) => {
    expect(kindOf(schema, { $defs: { loop: { $ref: '#/$defs/loop' } } })).toEqual(['json']);
  });

  test('what stands beside a reference counts more than what it leads to', () => {
    const root = { $defs: { a: { ...text, title: 'A', description: 'of all' } } };
    expect(shapeOf({ $ref: '#/$defs/a', title: 'B' }, root).schema).toEqual({
      ...text,
      title: 'B',
      description: 'of all',
    });
  });
});

describe('a form begins with', () => {
  test('a few hundred parts of a schema that needs itself in many places', () => {
    const names = Array.from({ length: 50 }, (_, i) => `p${i}`);
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: '#' }]));
    const schema: Schema = { type: 'object', properties, required: names };
    expect(JSON.stringify(initial(schema, schema)).match(/p\d/g)?.length).toBeLessThanOrEqual(500);
    const lists: Schema = { type: 'array', items: { $ref: '#' }, minItems: 100 };
    expect(JSON.stringify(initial(lists, lists)).length).toBeLessThan(20_000);
  });

  test('defaults, and what can be nothing else', () => {
    const schema = {
      type: 'object',
      properties: {
        needed: text,
        flag: { type: 'boolean' },
        maybe: { type: 'boolean' },
        kind: { const: 'mail' },
        size: { type: 'integer', default: 3 },
        nothing: { type: ['string', 'null'] },
        inner: { type: 'object', properties: { deep: { ...text, default: 'x' }, other: text } },
        list: { type: 'array', items: { enum: ['only'] }, minItems: 2 },
        by: { $ref: '#/$defs/by' },
      },
      required: ['needed', 'flag', 'kind', 'nothing', 'inner', 'list'],
      $defs: { by: { ...text, default: 'ada' } },
    };
    expect(initial(schema, schema)).toEqual({
      flag: false,
      kind: 'mail',
      size: 3,
      nothing: null,
      inner: { deep: 'x' },
      list: ['only', 'only'],
      by: 'ada',
    });
  });

  test('not more than some levels of a schema that needs itself', () => {
    const schema: Schema = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
    const depth = JSON.stringify(initial(schema, schema)).match(/next/g)?.length;
    expect(depth).toBe(MOST_DEPTH);
  });
});

describe('what is left empty', () => {
  test.each<[object, boolean, unknown]>([
    [text, false, undefined],
    [text, true, ''],
    [{ type: ['string', 'null'] }, true, null],
    [{ type: ['number', 'null'] }, false, undefined],
    [{ type: 'number' }, true, undefined],
    [{ enum: ['a'] }, true, undefined],
    [{}, false, undefined],
  ])('of %j, needed: %j, is %o', (schema, isNeeded, value) => {
    expect(read(shapeOf(schema, {}), '', isNeeded)).toBe(value);
  });
});

describe('a browser checks', () => {
  test.each<[object, object]>([
    [
      { type: 'integer', minimum: 1, maximum: 9 },
      { min: 1, max: 9, step: 1 },
    ],
    [
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { min: 1, max: 8, step: 1 },
    ],
    [
      { type: 'number', exclusiveMinimum: 0 },
      { min: 0, step: 'any' },
    ],
    [
      { type: 'number', multipleOf: 5, minimum: 10 },
      { min: 10, step: 5 },
    ],
    [
      { type: 'number', multipleOf: 5, minimum: 1 },
      { min: 1, step: 'any' },
    ],
    [{ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, { step: 1 }],
    [
      { ...text, minLength: 2, maxLength: 5 },
      { minLength: 2, maxLength: 5 },
    ],
    [{ ...text, pattern: '(' }, {}],
    [{ type: 'boolean', minimum: 3 }, {}],
  ])('%j by %j', (schema, limits) => {
    expect(json(limitsOf(shapeOf(schema, {})))).toEqual(limits);
  });

  test.each(['^a', 'a$', '^a|b$', 'b', '^[a-c]{2,3}$', '^$', ''])(
    'the pattern /%s/ where it stands in a text',
    (pattern) => {
      const { pattern: whole } = limitsOf(shapeOf({ ...text, pattern }, {}));
      const browser = new RegExp(`^(?:${whole ?? ''})$`, 'v');
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', 'é') }), (one) => {
          expect([one, browser.test(one)]).toEqual([one, new RegExp(pattern, 'u').test(one)]);
        }),
      );
    },
  );

  test.each([
    ['date', '', 'date'],
    ['date', '2030-01-02', 'date'],
    ['date', 'tomorrow', 'text'],
    ['date-time', '2030-01-02T03:04:05Z', 'datetime-local'],
    ['date-time', 'tomorrow', 'text'],
    ['email', 'a@b.c', 'email'],
    ['uri', '', 'url'],
    ['uuid', '', 'text'],
    ['__proto__', '', 'text'],
  ])('the format %s of %o by the type of its field', (format, value, type) => {
    expect(typeOf(shapeOf({ ...text, format }, {}), value)).toBe(type);
  });
});

test.each([true, false])('an instant stays what it is in its field (UTC: %s)', (isUtc) => {
  for (const iso of ['2030-01-02T03:04:05.678Z', '2030-01-02T03:04:05.000Z', '2030-01-02T03:04:00.000Z'])
    expect(fromField(toField(iso, isUtc), isUtc)).toBe(iso);
  expect(toField('2030-01-02T03:04:00Z', true)).toBe('2030-01-02T03:04');
  expect(fromField('', isUtc)).toBe('');
});
