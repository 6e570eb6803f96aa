import type { PayloadCodecs, PayloadOwner } from './codec.ts';
import { decodePayload } from './codec.ts';
import { PayloadError } from './errors.ts';
import type { Redaction } from './redact.ts';
import { mask } from './redact.ts';

/** How a reader shows what jobs hold. */
export interface Viewing {
  /** Keys for what is encrypted. */
  readonly codecs?: PayloadCodecs | undefined;
  /** What is masked; undefined: nothing is. */
  readonly redaction?: Redaction | undefined;
}

/** Stands in a view for an input or a result that cannot be read here, mostly because the keys are not here. */
export class UnreadablePayload {
  /** Whether it is encrypted; else it is damaged, or of a newer version. */
  readonly encrypted: boolean;
  /** Id of the key that would decrypt it. */
  readonly keyId: string | undefined;
  /** Of the error that reading it gives, such as `PAYLOAD_NOT_DECRYPTED`. */
  readonly code: string;
  /** Its message: what is wrong, and what to do. */
  readonly problem: string;

  constructor({ code, message, fields }: PayloadError) {
    const keyId = fields['keyId'];
    this.encrypted = typeof keyId === 'string';
    this.keyId = typeof keyId === 'string' ? keyId : undefined;
    this.code = code;
    this.problem = message;
  }
}

/** A stored text as it is shown: decoded, parsed, masked. Never throws; what is no JSON is shown as it is. */
export function viewPayload(text: string, owner: PayloadOwner, viewing: Viewing): unknown {
  try {
    return mask(parseJson(decodePayload(text, viewing.codecs, owner)), viewing.redaction);
  } catch (error) {
    if (error instanceof PayloadError) return new UnreadablePayload(error);
    throw error;
  }
}

/** What stood in JSON, or the text itself where it is none: a person can still read it. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}
