import type { EN } from './en.ts';
import type { MORE_EN } from './more-en.ts';

/** Texts of the first pages, in one language. */
export type Texts = Readonly<Record<keyof typeof EN, string>>;
/** What only other pages say. */
export type MoreTexts = Readonly<Record<keyof typeof MORE_EN, string>>;

type Code =
  | 'SCHEDULED'
  | 'AWAITING_PARENTS'
  | 'DEADLINE_PASSED'
  | 'EVERYTHING_PAUSED'
  | 'QUEUE_PAUSED'
  | 'NAME_PAUSED'
  | 'QUEUE_RESTS'
  | 'NO_WORKER'
  | 'NO_HANDLER'
  | 'QUEUE_LIMIT'
  | 'LIMIT'
  | 'QUEUE_RATE'
  | 'RATE'
  | 'BLOCKED'
  | 'SUSPECT'
  | 'WAITS_FOR_SLOT'
  | 'UNKNOWN';
/** Parts of sentences. */
type Part = 'parent' | 'or' | 'pause' | 'hedge' | 'full' | 'holder' | 'place';
type Because =
  | 'DELAY'
  | 'DEBOUNCE'
  | 'RETRY'
  | 'RESCHEDULED'
  | 'SNOOZED'
  | 'NO_HANDLER'
  | 'NEWER_VERSION'
  | 'PAYLOAD_NOT_DECRYPTED'
  | 'PAYLOAD_CODEC_UNKNOWN'
  | 'NOTHING'
  | 'UNREADABLE'
  | 'LOST'
  | 'TOO_DEEP'
  | 'UNLISTED';

/**
 * Sentences that tell why a job waits. `[name …]` is said where a value of this name is there, `[!name …]` where it is not;
 * the other pages cannot be seen by a job that does not wait, or has no record.
 */
export type WhyTexts = Readonly<Record<`why_${Code | Part}` | `for_${Because}`, string>>;
