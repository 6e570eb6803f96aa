import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PayloadError } from './errors.ts';
import { encodeJson, isLarge, LARGE_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES } from './payload.ts';

const subject = { kind: 'PAYLOAD', job: 'greet' } as const;
const encode = (value: unknown) => () => encodeJson(value, subject);

test('what is JSON comes back, and stands on one line', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = encodeJson(value, subject);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(json).not.toContain('\n');
    }),
  );
});

test('nothing is null', () => expect(encodeJson(undefined, subject)).toBe('null'));

describe('what is not JSON is refused with its kind and job', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a big integer', 1n],
    ['a big integer within', { n: 1n }],
    ['a circle', circle],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
    ['a toJSON that gives nothing', { toJSON: () => undefined }],
  ])('%s', (_, value) => {
    expect(encode(value)).toThrow(PayloadError);
    expect(encode(value)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_NOT_JSON', fields: { job: 'greet' } }),
    );
  });
});

describe('bytes are counted, not characters', () => {
  // Two quotes belong to the JSON of a text.
  test.each([
    ['a', MAX_PAYLOAD_BYTES - 2],
    ['ä', (MAX_PAYLOAD_BYTES - 2) / 2],
    ['€', Math.floor((MAX_PAYLOAD_BYTES - 2) / 3)],
  ])('%s', (character, most) => {
    expect(encode(character.repeat(most))).not.toThrow();
    expect(encode(character.repeat(most + 1))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    );
  });

  test.each(['a', 'ä', '€'])('a payload of %s is large above 64 KiB', (character) => {
    const most = Math.floor(LARGE_PAYLOAD_BYTES / Buffer.byteLength(character));
    expect(isLarge(character.repeat(most))).toBe(false);
    expect(isLarge(character.repeat(most + 1))).toBe(true);
  });
});

test('a result says that it is a result', () => {
  expect(() => encodeJson('a'.repeat(MAX_PAYLOAD_BYTES), { kind: 'RESULT', job: 'greet' })).toThrow(
    expect.objectContaining({
      code: 'RESULT_TOO_LARGE',
      message: expect.stringContaining('result of "greet" has 1048578 bytes'),
    }),
  );
});
