import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { OptionError } from '@linstock/core';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The length of what is sealed tells nothing of its digits. */
const STEP_CHARACTERS = 128;

/**
 * Seals places in lists: how many entries come before a place tells whoever may not see them how many they are. The secret is
 * what all dashboards of an installation have in common, so that one reads what another has sealed; whoever knows how Redis is
 * reached may see everything anyhow.
 */
export class Seal {
  readonly #key: Buffer;

  constructor(secret: string, namespace: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, namespace, 'linstock dashboard cursors', 32));
  }

  /** `about`: the list; a place of one is none of another. */
  close(place: string, about: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(Buffer.from(about));
    const text = JSON.stringify(place);
    const padded = text.padEnd(Math.ceil(text.length / STEP_CHARACTERS) * STEP_CHARACTERS);
    const sealed = [iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64url');
  }

  /** @throws {OptionError} it was not sealed here, or for another list */
  open(sealed: string, about: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString()) as string;
    } catch {
      // Whatever is wrong with it: why, is nobody's business.
      throw new OptionError('cursor', 'must be the cursor of such a page', sealed.slice(0, 64));
    }
  }
}
