import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from './errors.ts';
import { mask, MASK, redact, resolveRedaction, SECRET_FIELDS } from './redact.ts';

const parsed = (json: string): unknown => JSON.parse(json);

describe('a path', () => {
  test.each<[string, string, object, object]>([
    ['is a name, at any depth', 'iban', { iban: 1, a: { iban: 2 } }, { iban: MASK, a: { iban: MASK } }],
    [
      'is several names',
      'card.number',
      { card: { number: 1, year: 2 } },
      { card: { number: MASK, year: 2 } },
    ],
    [
      'of several names begins anywhere',
      'a.b',
      { x: { a: { b: 1 }, b: 2 } },
      { x: { a: { b: MASK }, b: 2 } },
    ],
    ['of several names has nothing between them', 'a.c', { a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }],
    ['with an asterisk is any one name', '*.pin', { pin: 1, a: { pin: 2 } }, { pin: 1, a: { pin: MASK } }],
    ['with an asterisk within', 'a.*.c', { a: { b: { c: 1 }, c: 2 } }, { a: { b: { c: MASK }, c: 2 } }],
    ['may be a part of a name', '*sum', { checksum: 1, summary: 2 }, { checksum: MASK, summary: 2 }],
    ['may be two parts of a name', 'a*c*e', { abcde: 1, ace: 2, aec: 3 }, { abcde: MASK, ace: MASK, aec: 3 }],
    ['masks what is below as a whole', 'a', { a: { b: 1 } }, { a: MASK }],
    [
      'holds for all items of a list',
      'a.b',
      { a: [{ b: 1 }, [{ b: 2 }], 3] },
      { a: [{ b: MASK }, [{ b: MASK }], 3] },
    ],
    ['may name items', 'a.*.b', { a: [{ b: 1 }] }, { a: [{ b: MASK }] }],
    ['may name an item, and means any', 'a.7.b', { a: [{ b: 1 }] }, { a: [{ b: MASK }] }],
    ['holds in a list that is all there is', '*.pin', [{ pin: 1 }], [{ pin: MASK }]],
    [
      'does not look at case, _ and -',
      'apiKey',
      { API_KEY: 1, 'api-key': 2, apikey: 3 },
      { API_KEY: MASK, 'api-key': MASK, apikey: MASK },
    ],
    [
      'holds for names that have dots',
      'card.number',
      { 'card.number': 1, 'a.card': { number: 2 } },
      { 'card.number': MASK, 'a.card': { number: MASK } },
    ],
    [
      'masks whatever type there is',
      'a',
      { a: null, b: { a: false }, c: { a: [] } },
      { a: MASK, b: { a: MASK }, c: { a: MASK } },
    ],
  ])('%s: %s', (...row) => {
    const [, path, value, shown] = row;
    expect(redact(value, [path])).toEqual(shown);
  });

  test.each([
    [''],
    ['.'],
    ['a..b'],
    ['.a'],
    ['a.'],
    ['cards[0].pin'],
    ['a'.repeat(101)],
    ['a.'.repeat(10) + 'a'],
    [7],
    [null],
  ])('that is none is refused: %j', (path) => {
    expect(() => redact({}, [path as string])).toThrow(OptionError);
    expect(() => resolveRedaction([path as string], 'Monitor.redact')).toThrow(
      'Monitor.redact: must be paths',
    );
  });

  test('is one of at most 100, in a list', () => {
    const paths = Array.from({ length: 100 }, (_, i) => `field${i}`);
    expect(() => resolveRedaction(paths, 'r')).not.toThrow();
    expect(() => resolveRedaction([...paths, 'more'], 'r')).toThrow('at most 100 paths');
    expect(() => resolveRedaction('password' as never, 'r')).toThrow('must be a list of paths, or false');
    expect(() => resolveRedaction(true as never, 'r')).toThrow(OptionError);
  });
});

describe('what is redacted', () => {
  test('is not changed, and is the same where nothing is masked', () => {
    const value = { a: { password: 'x' }, b: { c: [1, { d: 2 }] } };
    const before = structuredClone(value);
    const shown = redact(value, ['password']) as typeof value;
    expect(value).toEqual(before);
    expect(shown.a).toEqual({ password: MASK });
    expect(shown.b).toBe(value.b);
    expect(redact(value, ['nowhere'])).toBe(value);
    expect(redact(value, [])).toBe(value);
  });

  test('keeps its shape, for any JSON and any paths', () => {
    const path = fc.constantFrom('a', 'a.b', '*', '*.a', 'b*', '0', '*.*');
    const name = fc.constantFrom('a', 'b', 'a.b', 'bc', '0', '__proto__', 'constructor');
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(1, 'x', null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(name, tie('value')), { maxLength: 4 })
          .map((entries): unknown => Object.fromEntries(entries)),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.array(path, { maxLength: 4 }), (given, paths) => {
        const before = JSON.stringify(given);
        const shown = redact(given, paths);
        expect(JSON.stringify(given)).toBe(before);
        expect(isMaskOf(shown, given)).toBe(true);
        // What is masked once stays as it is.
        expect(redact(shown, paths)).toEqual(shown);
      }),
    );
  });

  test('may have hostile names, which stay what they are', () => {
    const value = parsed(
      '{"__proto__":{"polluted":1,"password":"x"},"constructor":{"prototype":{"token":"y"}},"toString":1}',
    );
    const shown = redact(value, ['password', 'token']);
    expect(JSON.stringify(shown)).toBe(
      `{"__proto__":{"polluted":1,"password":"${MASK}"},"constructor":{"prototype":{"token":"${MASK}"}},"toString":1}`,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
    expect(redact(parsed('{"__proto__":1}'), ['__proto__'])).toEqual(parsed(`{"__proto__":"${MASK}"}`));
  });

  test('may be so deep that a walk without a bound would not come back', () => {
    const deep = parsed(`${'[{"a":'.repeat(20_000)}"secret"${'}]'.repeat(20_000)}`);
    expect(JSON.stringify(redact(deep, ['a.b']))).not.toContain('secret');
  });

  test('may have names that join more names than any path has: they are masked', () => {
    expect(redact({ ['.'.repeat(99)]: 1, ['.'.repeat(100)]: 2 }, ['x'])).toEqual({
      ['.'.repeat(99)]: 1,
      ['.'.repeat(100)]: MASK,
    });
  });

  test('may contain itself', () => {
    const value: Record<string, unknown> = { password: 1 };
    value['self'] = value['again'] = value;
    expect(JSON.stringify((redact(value, ['password']) as typeof value)['password'])).toBe(`"${MASK}"`);
  });

  test.each<[string, () => unknown]>([
    ['many names', () => Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`name${i}`, i]))],
    ['many items', () => ({ a: Array.from({ length: 400_000 }, (_, i) => i) })],
    [
      'a name of a mebibyte',
      () => ({ ['a'.repeat(1_000_000)]: 1, ['.'.repeat(1_000_000)]: 2, ['pass'.repeat(250_000)]: 3 }),
    ],
    [
      'lists in lists',
      () =>
        parsed(
          `${'['.repeat(90)}${Array.from({ length: 5000 }, () => '{"a":{"b":[[1]]}}').join()}${']'.repeat(90)}`,
        ),
    ],
  ])('may have %s: paths by the dozen do not make it hang', (_, make) => {
    const paths = Array.from(
      { length: 40 },
      (_none, i) => `${i % 2 ? '*' : '*a*'}${'.*'.repeat(i % 9)}.x${i}`,
    );
    const redaction = resolveRedaction(paths, 'r');
    const startedAt = performance.now();
    mask(make(), redaction);
    // Bounds what hangs: it takes a fraction of that.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test('is left alone where it is no JSON', () => {
    const value = { at: new Date(0), error: new Error('x'), map: new Map([['password', 1]]) };
    expect(redact(value, ['password'])).toBe(value);
    for (const one of [undefined, 1, 'password', null, true]) expect(redact(one, ['*'])).toBe(one);
  });
});

/** Whether one is the other, but for values that are masked. */
function isMaskOf(shown: unknown, given: unknown): boolean {
  if (shown === MASK || shown === given) return true;
  if (typeof given !== 'object' || typeof shown !== 'object' || given === null || shown === null)
    return false;
  const names = Object.keys(given);
  return (
    Array.isArray(shown) === Array.isArray(given) &&
    JSON.stringify(Object.keys(shown)) === JSON.stringify(names) &&
    names.every((name) => isMaskOf(Reflect.get(shown, name), Reflect.get(given, name)))
  );
}

describe('secret names', () => {
  const redaction = resolveRedaction([], 'Monitor.redact');
  const isMasked = (name: string): boolean =>
    (mask({ [name]: 'x' }, redaction) as Record<string, unknown>)[name] === MASK;

  test.each(
    [
      'password Password user_password passwordHash passwd pass dbPass passphrase secret clientSecret client_secret',
      'secretKey credentials token accessToken csrf-token auth oauth authorization Proxy-Authorization cookie',
      'set-cookie sessionId key apiKey x-api-key privateKey ssh_private_key accessKeyId card cardNumber cvv ssn',
    ].flatMap((names) => names.split(' ')),
  )('are masked: %s', (name) => expect(isMasked(name)).toBe(true));

  test.each(
    [
      'author authorId monkey keyboard keywords discard cardinality maxTokens passenger',
      'idempotencyKey objectKey id name to lesson',
    ].flatMap((names) => names.split(' ')),
  )('are not parts of harmless ones: %s', (name) => expect(isMasked(name)).toBe(false));

  test('are masked besides the own paths, unless nothing is', () => {
    expect(mask({ password: 1, iban: 2 }, resolveRedaction(['iban'], 'r'))).toEqual({
      password: MASK,
      iban: MASK,
    });
    expect(mask({ password: 1 }, resolveRedaction(false, 'r'))).toEqual({ password: 1 });
    expect(Object.isFrozen(SECRET_FIELDS)).toBe(true);
  });
});
