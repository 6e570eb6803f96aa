import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import type { KeyRing, PayloadCodecs } from './codec.ts';
import { COMPRESS_ABOVE_BYTES, KEY_ID } from './codec.ts';
import { OptionError } from './errors.ts';
import { wholeNumber } from './options.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

/** How payloads and results are stored. Clients and workers that share jobs should be given the same. */
export interface CodecOptions {
  /** Compresses what has more than so many bytes of JSON, where that makes it smaller; `true`: more than 1024. @default false */
  readonly compress?: boolean | { readonly above?: number };
  /** Encrypts every payload and result, so that Redis never holds them in plain text. @default nothing is encrypted */
  readonly encrypt?: EncryptionOptions;
}

/** Keys of AES-256-GCM. All of them decrypt, the current one encrypts: so keys can be changed while jobs wait. */
export interface EncryptionOptions {
  /** The id of the key that encrypts. */
  readonly current: string;
  /** Keys by their ids (1 to 32 letters, digits, `_ . -`): 32 bytes each, as bytes or in base64; at most 100. */
  readonly keys: Readonly<Record<string, string | Uint8Array>>;
}

const KEY_BYTES = 32;
const MOST_KEYS = 100;
const KEY_IN_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Checks {@link CodecOptions}; undefined when they ask for nothing. No error ever shows a key. @throws {OptionError} */
export function resolveCodecs(options: CodecOptions | undefined, where: string): PayloadCodecs | undefined {
  if (options === undefined) return undefined;
  checkNames(options, ['compress', 'encrypt'], where);
  const compressAbove = thresholdOf(options.compress, `${where}.compress`);
  const { encrypt } = options;
  const encryption = encrypt === undefined ? undefined : keyRingOf(encrypt, `${where}.encrypt`);
  if (compressAbove === undefined && encryption === undefined) return undefined;
  return Object.freeze({ compressAbove, encryption });
}

function thresholdOf(compress: CodecOptions['compress'], where: string): number | undefined {
  if (compress === undefined || compress === false) return undefined;
  if (compress === true) return COMPRESS_ABOVE_BYTES;
  if (typeof compress !== 'object')
    throw new OptionError(where, 'must be true, false or { above: bytes }', compress);
  checkNames(compress, ['above'], where);
  const above = compress.above ?? COMPRESS_ABOVE_BYTES;
  const problem = wholeNumber(0, MAX_PAYLOAD_BYTES)(above);
  if (problem !== undefined) throw new OptionError(`${where}.above`, problem, above);
  return above;
}

function keyRingOf(encrypt: EncryptionOptions, where: string): KeyRing {
  checkNames(encrypt, ['current', 'keys'], where);
  const { current, keys: given } = encrypt;
  if (typeof given !== 'object' || given === null)
    throw new OptionError(`${where}.keys`, 'must be an object of keys by their ids', typeof given);
  const ids = Object.keys(given);
  if (ids.length > MOST_KEYS)
    throw new OptionError(`${where}.keys`, `must be at most ${MOST_KEYS} keys`, ids.length);
  const keys = new Map(ids.map((id) => [id, keyOf(id, given[id], where)]));
  const key = typeof current === 'string' ? keys.get(current) : undefined;
  if (key === undefined) {
    // Whoever mistakes the two writes the key itself here.
    const shown = typeof current === 'string' && KEY_ID.test(current) ? current : typeof current;
    throw new OptionError(`${where}.current`, `must be the id of one of the keys (${ids.join(', ')})`, shown);
  }
  return Object.freeze({ current: Object.freeze({ id: current, key }), keys });
}

function keyOf(id: string, given: unknown, where: string): KeyObject {
  if (!KEY_ID.test(id)) {
    const rule = 'ids must be 1 to 32 letters, digits, "_", "." or "-", and begin with a letter or digit';
    throw new OptionError(`${where}.keys`, rule, `an id of ${id.length} characters`);
  }
  const bytes = bytesOf(given);
  if (bytes?.length === KEY_BYTES) return createSecretKey(bytes);
  const rule = `must be ${KEY_BYTES} bytes, as a Buffer or in base64 (make one: openssl rand -base64 32)`;
  throw new OptionError(
    `${where}.keys.${id}`,
    rule,
    bytes === undefined ? typeof given : `${bytes.length} bytes`,
  );
}

/** Undefined: neither bytes nor base64 of 32 bytes. */
function bytesOf(given: unknown): Uint8Array | undefined {
  if (given instanceof Uint8Array) return given;
  return typeof given === 'string' && KEY_IN_BASE64.test(given) ? Buffer.from(given, 'base64') : undefined;
}

/** As `checkOptions`, but it never shows a value: it might be a key. */
function checkNames(options: unknown, names: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new OptionError(where, 'must be an object', typeof options);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const value: unknown = Reflect.get(options, unknown);
  throw new OptionError(`${where}.${unknown}`, `is no option; there are ${names.join(', ')}`, typeof value);
}
