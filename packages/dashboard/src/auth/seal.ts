import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { OptionError } from '@linstock/core';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The length of what is sealed tells nothing of its digits. */
const STEP_CHARACTERS = 128;

/** What a place is of: which list, whose, and which part of it. Nothing else may be sought by it. */
export interface Sealed {
  readonly list: string;
  readonly user: string | undefined;
  readonly which: unknown;
}

/**
 * Seals places in lists: how many entries come before a place tells whoever may not see them how many they are, and so would a
 * place that somebody knows, tried in another list. The key comes from a secret that several processes share (HKDF, RFC 5869), or
 * is made when the dashboard starts, and kept nowhere: then a place is none for another process. One that could be made from
 * how Redis is reached could be guessed.
 */
export class Seal {
  readonly #key: Buffer;

  constructor(secret?: string) {
    this.#key =
      secret === undefined
        ? randomBytes(KEY_BYTES)
        : Buffer.from(hkdfSync('sha256', secret, '', 'linstock dashboard: places in lists', KEY_BYTES));
  }

  close(place: string, about: Sealed): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(wordsOf(about));
    const text = JSON.stringify(place);
    const padded = text.padEnd(Math.ceil(text.length / STEP_CHARACTERS) * STEP_CHARACTERS);
    const sealed = [iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64url');
  }

  /** @throws {OptionError} it was not sealed here, or for another list, or for somebody else */
  open(sealed: string, about: Sealed): string {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES))
        .setAAD(wordsOf(about))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString()) as string;
    } catch {
      // Whatever is wrong with it: why, is nobody's business.
      throw new OptionError(
        'cursor',
        'must be the one that this dashboard gave you for this list',
        sealed.slice(0, 64),
      );
    }
  }
}

function wordsOf({ list, user, which }: Sealed): Buffer {
  return Buffer.from(JSON.stringify([list, user, which]));
}
