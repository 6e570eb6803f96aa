import { OptionError } from './errors.ts';

/** What is wrong with a value, or undefined when it is fine. */
export type Rule = (value: unknown) => string | undefined;

/** Refuses keys that no rule names, with a suggestion, and values that break their rule. `undefined` counts as absent. */
export function checkOptions(options: unknown, rules: Readonly<Record<string, Rule>>, where: string): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(where, 'must be an object of options', options);
  }
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined)
      throw new OptionError(`${where}.${key}`, unknownOption(key, Object.keys(rules)), withoutInside(value));
    const problem = value === undefined ? undefined : rule(value);
    if (problem !== undefined) throw new OptionError(`${where}.${key}`, problem, value);
  }
}

/** Nobody knows what an unknown option holds: a mistyped name may have keys below it. */
function withoutInside(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? '…' : value;
}

function unknownOption(key: string, known: readonly string[]): string {
  const guess = closest(key, known);
  return guess === undefined
    ? `is no option; there are ${known.join(', ')}`
    : `is no option; did you mean "${guess}"?`;
}

/** The word nearest to a mistyped one, or undefined when none is near (a third of its letters may differ). */
export function closest(word: string, words: readonly string[]): string | undefined {
  const typed = word.toLowerCase().slice(0, 64);
  let best: string | undefined;
  let least = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance (Levenshtein 1966), with two rows of the table. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): Rule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;
}

/** One of the given texts. */
export function oneOf(values: readonly string[]): Rule {
  return (value) =>
    typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`;
}

/** A text of a bounded length without control characters. */
export function shortText(most: number): Rule {
  return (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= most && !hasControlCharacter(value)
      ? undefined
      : `must be a text of 1 to ${most} characters without control characters`;
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127 || code === 0x2028 || code === 0x2029) return true;
  }
  return false;
}

/** Anything: the owner of the option checks it elsewhere. */
export const anything: Rule = () => undefined;

/** True or false. */
export const yesOrNo: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');

const QUEUE_NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;
const JOB_NAME = /^[A-Za-z0-9][\w.:/-]{0,127}$/;
const RECURRING_ID = /^[A-Za-z0-9{][\w.:/{}-]{0,127}$/;
const NAMESPACE = /^[A-Za-z0-9][\w.-]{0,31}$/;

/** A queue's name. Letters, digits, `_`, `.`, `-`: nothing that could leave its place in a key. */
export const queueName: Rule = (value) =>
  typeof value === 'string' && QUEUE_NAME.test(value)
    ? undefined
    : 'must be 1 to 128 letters, digits, "_", "." or "-", and begin with a letter or digit';

/** A job's name: like a queue's, and also `:` and `/`. */
export const jobName: Rule = (value) =>
  typeof value === 'string' && JOB_NAME.test(value)
    ? undefined
    : 'must be 1 to 128 letters, digits, "_", ".", ":", "/" or "-", and begin with a letter or digit';

/** The id of a recurring job: like a job's name, and also braces, whose part says where it lives. */
export const recurringId: Rule = (value) =>
  typeof value === 'string' && RECURRING_ID.test(value)
    ? undefined
    : 'must be 1 to 128 letters, digits, "_", ".", ":", "/", "-" or braces, and begin with a letter, digit or brace';

/** A namespace: the part of every key that keeps installations on one Redis apart. */
export const namespaceName: Rule = (value) =>
  typeof value === 'string' && NAMESPACE.test(value)
    ? undefined
    : 'must be 1 to 32 letters, digits, "_", "." or "-", and begin with a letter or digit';
