import { PayloadError } from '@linstock/core';
import type { PayloadCodecs } from '@linstock/core/internal';
import { decodePayload, encodeJson, encodePayload, isEncoded } from '@linstock/core/internal';
import type { DeferReason } from './outcome-buffer.ts';

/** Payloads and results of a worker's jobs, between what Redis holds and what handlers see. */

/** Which job a payload or a result belongs to. */
export interface JobName {
  readonly id: string;
  readonly name: string;
}

/** The input that a stored payload holds. @throws {PayloadError} it cannot be decoded here. @throws {SyntaxError} it is no JSON */
export function inputOf(payload: string, codecs: PayloadCodecs | undefined, { id, name }: JobName): unknown {
  const json = isEncoded(payload)
    ? decodePayload(payload, codecs, { kind: 'PAYLOAD', job: name, id })
    : payload;
  return JSON.parse(json) as unknown;
}

/** What is stored of a result. @throws {PayloadError} `RESULT_NOT_JSON`, `RESULT_TOO_LARGE` */
export function resultText(value: unknown, codecs: PayloadCodecs | undefined, { id, name }: JobName): string {
  const owner = { kind: 'RESULT', job: name, id } as const;
  const json = encodeJson(value, owner);
  return codecs === undefined ? json : encodePayload(json, codecs, owner);
}

/** Why a job must wait for another worker: for its history, and for the log. */
export interface Deferral {
  readonly reason: DeferReason;
  /** Id of the key that is not here. */
  readonly keyId?: unknown;
  /** What is wrong with the key. */
  readonly problem?: unknown;
  /** The codec that is not known here. */
  readonly codec?: unknown;
  /** What was thrown. */
  readonly error?: unknown;
}

/** What an error of {@link inputOf} means; undefined: the payload is damaged for every worker. */
export function deferralOf(error: unknown): Deferral | undefined {
  if (!(error instanceof PayloadError)) return undefined;
  const { code: reason, fields } = error;
  if (reason !== 'PAYLOAD_NOT_DECRYPTED' && reason !== 'PAYLOAD_CODEC_UNKNOWN') return undefined;
  const { keyId, problem, codec } = fields;
  return { reason, keyId, problem, codec, error };
}
