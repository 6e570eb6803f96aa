import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PayloadError, show } from './errors.ts';
import type { PayloadSubject } from './payload.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

/**
 * Payloads and results that are stored encoded: one line of ASCII, `~<codec>[:<key id>] <base64>`. JSON never begins with
 * `~`, so a reader knows what it has, and scripts need not know. Codecs: `df` compressed, `gcm` encrypted for one job,
 * `gcmn` encrypted for all jobs of one name; `df+gcm`, `df+gcmn` compressed first.
 */

/** How payloads and results are encoded, checked and complete. At least one of the two is there. */
export interface PayloadCodecs {
  /** What has more bytes of JSON is compressed; undefined: nothing is. */
  readonly compressAbove: number | undefined;
  readonly encryption: KeyRing | undefined;
}

/** Keys by their ids. All of them decrypt, the current one encrypts. */
export interface KeyRing {
  readonly current: { readonly id: string; readonly key: KeyObject };
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** What a text belongs to: an encrypted one is readable nowhere else. */
export interface PayloadOwner extends PayloadSubject {
  /** The job's id. Left out where the text may come to stand in another job; then all jobs of this name can hold it. */
  readonly id?: string | undefined;
}

/** Why a text cannot be decrypted here; field `problem` of `PAYLOAD_NOT_DECRYPTED` and `RESULT_NOT_DECRYPTED`. */
export type DecryptionProblem = 'NO_KEYS' | 'UNKNOWN_KEY' | 'NOT_AUTHENTIC';

interface Head {
  /** All before the blank: it is authenticated with the rest. */
  readonly text: string;
  readonly isCompressed: boolean;
  readonly cipher: 'gcm' | 'gcmn' | undefined;
  readonly keyId: string;
}

/** JSON of 1 KiB shrinks to some 60 %, base64 included, within 9 µs; of less, what is saved is not worth the time. */
export const COMPRESS_ABOVE_BYTES = 1024;
/** What a key's id looks like: it stands in the text, so it must not end it. */
export const KEY_ID = /^[A-Za-z0-9][\w.-]{0,31}$/;
const TILDE = 126;
const HEAD = /^~(df|(df\+)?(gcmn?):([A-Za-z0-9][\w.-]{0,31})) /;
const MOST_HEAD_CHARACTERS = 64;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Whether a stored text was made by {@link encodePayload}. */
export function isEncoded(text: string): boolean {
  return text.charCodeAt(0) === TILDE;
}

/**
 * Encodes JSON for storage. What is small, does not shrink and is not to be encrypted stays as it is.
 *
 * @throws {PayloadError} `PAYLOAD_TOO_LARGE`, `RESULT_TOO_LARGE`: over 1 MiB once it is encoded.
 */
export function encodePayload(json: string, codecs: PayloadCodecs, owner: PayloadOwner): string {
  const { encryption } = codecs;
  const plain = Buffer.from(json);
  const small = compress(plain, codecs.compressAbove);
  if (encryption === undefined) {
    const text = small === undefined ? json : `~df ${small.toString('base64')}`;
    return text.length < plain.length ? text : json;
  }
  const { id, key } = encryption.current;
  const cipher = owner.id === undefined ? 'gcmn' : 'gcm';
  const head = `~${small === undefined ? '' : 'df+'}${cipher}:${id}`;
  const text = `${head} ${seal(small ?? plain, key, authenticated(head, owner)).toString('base64')}`;
  if (text.length > MAX_PAYLOAD_BYTES) throw tooLarge(text.length, owner);
  return text;
}

/**
 * The JSON of a stored text, encoded or not. Only what is encrypted needs `codecs`.
 *
 * @throws {PayloadError} `…_NOT_DECRYPTED`: the key is missing or wrong, or the text belongs elsewhere or was changed;
 * fields `job`, `keyId`, `problem`. `…_CODEC_UNKNOWN`: a newer version wrote it. `…_DAMAGED`.
 */
export function decodePayload(text: string, codecs: PayloadCodecs | undefined, owner: PayloadOwner): string {
  if (!isEncoded(text)) return text;
  const head = decodeHead(text, owner);
  const bytes = fromBase64(text.slice(head.text.length + 1));
  if (head.cipher === undefined) return decompress(bytes, owner).toString();
  const key = keyFor(head, codecs?.encryption, owner);
  const opened = bytes && open(bytes, key, authenticated(head.text, owner));
  if (opened === undefined) throw notDecrypted('NOT_AUTHENTIC', head.keyId, owner);
  return (head.isCompressed ? decompress(opened, owner) : opened).toString();
}

function decodeHead(text: string, owner: PayloadOwner): Head {
  const found = HEAD.exec(text.slice(0, MOST_HEAD_CHARACTERS));
  if (found === null) throw unknownCodec(text, owner);
  const [whole, codec, compressed, cipher, keyId = ''] = found;
  return {
    text: whole.slice(0, -1),
    isCompressed: codec === 'df' || compressed !== undefined,
    cipher: cipher as Head['cipher'],
    keyId,
  };
}

/** Bytes of a text that is base64 as we write it, or undefined. Node itself reads over whatever does not belong there. */
function fromBase64(text: string): Buffer | undefined {
  if (text.length > MAX_PAYLOAD_BYTES) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Compressed bytes, or undefined where that is not wanted or does not help. */
function compress(plain: Buffer, above: number | undefined): Buffer | undefined {
  if (above === undefined || plain.length <= above) return undefined;
  // On the main thread: a higher level saves a few per cent for several times the time, and so does brotli below 64 KiB.
  const small = deflateRawSync(plain, { level: constants.Z_BEST_SPEED });
  return small.length < plain.length ? small : undefined;
}

/** Bounded: a few bytes may stand for gigabytes. */
function decompress(bytes: Buffer | undefined, owner: PayloadOwner): Buffer {
  if (bytes === undefined) throw damaged(owner);
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_PAYLOAD_BYTES });
  } catch (error) {
    throw damaged(owner, error);
  }
}

function seal(plain: Buffer, key: KeyObject, about: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The plain bytes, or undefined when anything of it was changed or the key is another one. */
function open(sealed: Buffer, key: KeyObject, about: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), options)
    .setAAD(about)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    // The tag does not fit: what `update` gave is not to be believed.
    return undefined;
  }
}

/** What the tag also covers: a text moved to another job, or from a payload to a result, does not open. As JSON, so that no two are alike. */
function authenticated(head: string, { kind, job, id }: PayloadOwner): Buffer {
  const forAnyJob = head.includes('gcmn:');
  return Buffer.from(JSON.stringify(['linstock', head, kind, job, forAnyJob ? '' : (id ?? '')]));
}

function keyFor({ keyId }: Head, ring: KeyRing | undefined, owner: PayloadOwner): KeyObject {
  const key = ring?.keys.get(keyId);
  if (key === undefined) throw notDecrypted(ring === undefined ? 'NO_KEYS' : 'UNKNOWN_KEY', keyId, owner);
  return key;
}

const ADVICE: Readonly<Record<DecryptionProblem, string>> = {
  NO_KEYS: 'no keys are given here: set the option codecs.encrypt',
  UNKNOWN_KEY: 'it is not among the keys given here: add it to codecs.encrypt.keys',
  NOT_AUTHENTIC:
    'it does not open with that key: another key has this id here, or the text was changed or belongs to another job',
};

function notDecrypted(problem: DecryptionProblem, keyId: string, owner: PayloadOwner): PayloadError {
  const message = `${nameOf(owner)} is encrypted with the key "${keyId}", but ${ADVICE[problem]}`;
  return new PayloadError(`${owner.kind}_NOT_DECRYPTED`, message, { ...factsOf(owner), keyId, problem });
}

function unknownCodec(text: string, owner: PayloadOwner): PayloadError {
  const word = /^~([a-z0-9+]{1,32})[: ]/.exec(text.slice(0, MOST_HEAD_CHARACTERS))?.[1] ?? '';
  const message = `${nameOf(owner)} is encoded in a way that this version does not know (${show(word)}): update Linstock here`;
  return new PayloadError(`${owner.kind}_CODEC_UNKNOWN`, message, { ...factsOf(owner), codec: word });
}

function damaged(owner: PayloadOwner, cause?: unknown): PayloadError {
  const message = `${nameOf(owner)} cannot be decompressed, or has more than ${MAX_PAYLOAD_BYTES} bytes then: its text was changed`;
  return new PayloadError(`${owner.kind}_DAMAGED`, message, factsOf(owner), cause);
}

function tooLarge(bytes: number, owner: PayloadOwner): PayloadError {
  const message = `${nameOf(owner)} has ${bytes} bytes once it is encrypted, at most ${MAX_PAYLOAD_BYTES}: base64 adds a third; compress it too, or store it elsewhere and pass a reference`;
  const facts = { ...factsOf(owner), bytes, most: MAX_PAYLOAD_BYTES };
  return new PayloadError(`${owner.kind}_TOO_LARGE`, message, facts);
}

function nameOf({ kind, job, id }: PayloadOwner): string {
  return `${kind.toLowerCase()} of ${show(job)}${id === undefined ? '' : ` (${id})`}`;
}

function factsOf({ job, id }: PayloadOwner): Readonly<Record<string, unknown>> {
  return id === undefined ? { job } : { job, id };
}
