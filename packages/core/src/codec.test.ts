import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CodecOptions } from './codec-options.ts';
import { resolveCodecs } from './codec-options.ts';
import type { PayloadCodecs, PayloadOwner } from './codec.ts';
import { decodePayload, encodePayload, isEncoded } from './codec.ts';
import { PayloadError } from './errors.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

const KEYS = { k1: randomBytes(32), k2: randomBytes(32).toString('base64') };
const owner = { kind: 'PAYLOAD', job: 'mail.send', id: '01JZ7Q4N0W6F3V8Y2K5T9R1X00' } as const;
const SECRET = 'correct horse battery staple';
const secretJson = JSON.stringify({ to: SECRET });

function codecsOf(options: CodecOptions): PayloadCodecs {
  const codecs = resolveCodecs(options, 'Client.codecs');
  if (codecs === undefined) throw new Error('these options ask for nothing');
  return codecs;
}

const encrypting = codecsOf({ encrypt: { current: 'k1', keys: KEYS } });
const compressing = codecsOf({ compress: true });
const both = codecsOf({ compress: { above: 0 }, encrypt: { current: 'k2', keys: KEYS } });

/** What decoding throws. */
function refusal(text: string, codecs: PayloadCodecs | undefined, about: PayloadOwner = owner): PayloadError {
  try {
    decodePayload(text, codecs, about);
  } catch (error) {
    if (error instanceof PayloadError) return error;
    throw error;
  }
  throw new Error(`decoded: ${text}`);
}

describe('what was encoded comes back', () => {
  test.each([
    ['compressed', codecsOf({ compress: { above: 0 } })],
    ['encrypted', encrypting],
    ['compressed and encrypted', both],
  ])('%s, for any JSON, on one line of ASCII that no JSON begins like', (_, codecs) => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('PAYLOAD', 'RESULT'), (json, kind) => {
        const text = encodePayload(json, codecs, { ...owner, kind });
        expect(decodePayload(text, codecs, { ...owner, kind })).toBe(json);
        expect(isEncoded(text) || text === json).toBe(true);
        expect(text === json || /^~[a-z+]+(:k[12])? [A-Za-z0-9+/]+=*$/.test(text)).toBe(true);
      }),
    );
  });

  test('without codecs plain JSON is plain JSON', () => {
    expect(decodePayload(secretJson, undefined, owner)).toBe(secretJson);
    expect(decodePayload(secretJson, encrypting, owner)).toBe(secretJson);
  });

  test('compressed texts need no options to be read', () => {
    const json = JSON.stringify('x'.repeat(5000));
    const text = encodePayload(json, compressing, owner);
    expect(text).toMatch(/^~df /);
    expect(decodePayload(text, undefined, owner)).toBe(json);
  });

  test('a job whose id is not known yet can be read by any job of its name', () => {
    const { id, ...early } = owner;
    const text = encodePayload(secretJson, encrypting, early);
    expect(text).toMatch(/^~gcmn:k1 /);
    expect(decodePayload(text, encrypting, { ...early, id })).toBe(secretJson);
    expect(refusal(text, encrypting, { ...owner, job: 'mail.read' }).fields['problem']).toBe('NOT_AUTHENTIC');
  });
});

describe('compression', () => {
  const textOf = (bytes: number): string => JSON.stringify('a'.repeat(bytes - 2));

  test('begins above 1 KiB, or where it is told to', () => {
    expect(isEncoded(encodePayload(textOf(1024), compressing, owner))).toBe(false);
    expect(isEncoded(encodePayload(textOf(1025), compressing, owner))).toBe(true);
    const above = codecsOf({ compress: { above: 100 } });
    expect(isEncoded(encodePayload(textOf(100), above, owner))).toBe(false);
    expect(isEncoded(encodePayload(textOf(101), above, owner))).toBe(true);
  });

  test('counts bytes, not characters', () => {
    expect(isEncoded(encodePayload(JSON.stringify('€'.repeat(500)), compressing, owner))).toBe(true);
  });

  test('leaves alone what would not become smaller', () => {
    const json = JSON.stringify(randomBytes(3000).toString('base64'));
    expect(encodePayload(json, compressing, owner)).toBe(json);
  });

  test('makes room for what is to be encrypted', () => {
    const json = textOf(MAX_PAYLOAD_BYTES);
    const codecs = codecsOf({ compress: true, encrypt: { current: 'k1', keys: KEYS } });
    const stored = encodePayload(json, codecs, owner);
    expect(stored).toMatch(/^~df\+gcm:k1 /);
    expect(stored.length).toBeLessThan(20_000);
    expect(decodePayload(stored, codecs, owner)).toBe(json);
  });

  test.each([
    ['of a gigabyte', deflateRawSync(Buffer.alloc(64 * MAX_PAYLOAD_BYTES))],
    ['of one byte too many', deflateRawSync(Buffer.alloc(MAX_PAYLOAD_BYTES + 1))],
  ])('is undone within 1 MiB: a bomb %s is refused', (_, bomb) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(refusal(`~df ${bomb.toString('base64')}`, undefined).code).toBe('PAYLOAD_DAMAGED');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MAX_PAYLOAD_BYTES);
  });

  test('is undone within 1 MiB also for whoever has the key', () => {
    const bomb = encodePayload('a'.repeat(2 * MAX_PAYLOAD_BYTES), both, owner);
    expect(bomb.length).toBeLessThan(20_000);
    expect(refusal(bomb, both).code).toBe('PAYLOAD_DAMAGED');
  });

  test('cannot be claimed for a text that was only encrypted', () => {
    const text = encodePayload('"small"', encrypting, owner);
    expect(refusal(text.replace('~gcm', '~df+gcm'), encrypting).code).toBe('PAYLOAD_NOT_DECRYPTED');
  });

  test.each(['~df ', '~df AAAA', '~df 4pyT', '~df not base64!', '~df S0o=x', `~df ${'A'.repeat(2 ** 21)}`])(
    'that is damaged is refused: %.20s',
    (damaged) => expect(refusal(damaged, undefined).code).toBe('PAYLOAD_DAMAGED'),
  );
});

describe('encryption', () => {
  const text = encodePayload(secretJson, encrypting, owner);

  test('hides the text, differently each time', () => {
    expect(text).toMatch(/^~gcm:k1 /);
    expect(Buffer.from(text.split(' ')[1] ?? '', 'base64').toString('latin1')).not.toContain('horse');
    expect(encodePayload(secretJson, encrypting, owner)).not.toBe(text);
  });

  test.each([['encrypted', encrypting] as const, ['compressed and encrypted', both] as const])(
    'refuses a text of which any byte was changed: %s',
    (_, codecs) => {
      const sealed = encodePayload(secretJson, codecs, owner);
      for (let i = 1; i < sealed.length; i++) {
        for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
          const byte = String.fromCharCode(sealed.charCodeAt(i) ^ bit);
          const { code, message } = refusal(sealed.slice(0, i) + byte + sealed.slice(i + 1), codecs);
          expect(code).toMatch(/^PAYLOAD_(NOT_DECRYPTED|CODEC_UNKNOWN)$/);
          expect(message).not.toContain('horse');
        }
      }
    },
  );

  test('refuses a text that was cut or continued', () => {
    for (let i = 1; i < text.length; i++) refusal(text.slice(0, i), encrypting);
    for (const more of ['A', '=', ' ', '\n', 'AAAA']) refusal(text + more, encrypting);
  });

  test.each<[string, PayloadOwner]>([
    ['another job', { ...owner, id: '01JZ7Q4N0W6F3V8Y2K5T9R1X01' }],
    ['a job of another name', { ...owner, job: 'mail.read' }],
    ['its result', { ...owner, kind: 'RESULT' }],
    ['a job without an id', { kind: 'PAYLOAD', job: 'mail.send' }],
  ])('refuses a text that was moved to %s', (_, other) => {
    const { code, fields } = refusal(text, encrypting, other);
    expect(code).toBe(`${other.kind}_NOT_DECRYPTED`);
    expect(fields).toMatchObject({ job: other.job, keyId: 'k1', problem: 'NOT_AUTHENTIC' });
  });

  test('refuses what would have more than 1 MiB in Redis, and says what to do', () => {
    const json = JSON.stringify('a'.repeat(800_000));
    expect(() => encodePayload(json, encrypting, { ...owner, kind: 'RESULT' })).toThrow(
      expect.objectContaining({ code: 'RESULT_TOO_LARGE', message: expect.stringContaining('compress it') }),
    );
  });
});

describe('keys', () => {
  const old = codecsOf({ encrypt: { current: 'k1', keys: { k1: KEYS.k1 } } });
  const rotated = codecsOf({ encrypt: { current: 'k2', keys: KEYS } });
  const text = encodePayload(secretJson, old, owner);

  test('that are old decrypt; the current one encrypts', () => {
    expect(decodePayload(text, rotated, owner)).toBe(secretJson);
    expect(encodePayload(secretJson, rotated, owner)).toMatch(/^~gcm:k2 /);
  });

  test.each([
    ['are missing', undefined, 'NO_KEYS', 'codecs.encrypt'],
    ['are missing where there is compression', compressing, 'NO_KEYS', 'codecs.encrypt'],
    [
      'do not have this id',
      codecsOf({ encrypt: { current: 'k2', keys: { k2: KEYS.k2 } } }),
      'UNKNOWN_KEY',
      'keys',
    ],
    [
      'have another key under this id',
      codecsOf({ encrypt: { current: 'k1', keys: { k1: KEYS.k2 } } }),
      'NOT_AUTHENTIC',
      'another key',
    ],
  ])('that %s: the error names the key and what to do', (...row) => {
    const [, codecs, problem, advice] = row;
    const { code, fields, message } = refusal(text, codecs);
    expect(code).toBe('PAYLOAD_NOT_DECRYPTED');
    expect(fields).toEqual({ job: owner.job, id: owner.id, keyId: 'k1', problem });
    expect(message).toContain(`payload of "mail.send" (${owner.id}) is encrypted with the key "k1"`);
    expect(message).toContain(advice);
    expect(message).not.toContain('horse');
  });

  test.each([
    '~',
    '~ ',
    '~zstd AAAA',
    '~df',
    '~df:k1 AAAA',
    '~gcm AAAA',
    '~gcm: AAAA',
    '~br+gcm:k1 AAAA',
    '~gcm:.. AAAA',
  ])('are not asked for by a codec that is unknown here: %s', (unknown) =>
    expect(refusal(unknown, encrypting).code).toBe('PAYLOAD_CODEC_UNKNOWN'),
  );

  test('nothing that Redis may hold breaks the decoder', () => {
    const head = fc.constantFrom('~', '~df ', '~gcm:k1 ', '~df+gcm:k2 ', '~gcmn:k1 ');
    const rest = fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(head, rest, (start, more) => {
        expect(problemOf(start + more)).toMatch(/^$|^PAYLOAD_/);
      }),
    );
  });
});

/** The code that decoding throws; empty when it throws nothing. */
function problemOf(text: string): string {
  try {
    decodePayload(text, encrypting, owner);
    return '';
  } catch (error) {
    if (error instanceof PayloadError) return error.code;
    throw error;
  }
}
