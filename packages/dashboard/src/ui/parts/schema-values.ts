import type { Kind, Schema, Shape } from './schema.ts';
import { isObject, isRequired, keysOf, partOf, shapeOf } from './schema.ts';

/** Between what stands in the fields of a form and the JSON of an input. Pure. */

/** Deeper parts are asked for as JSON: a schema may contain itself. */
export const MOST_DEPTH = 8;
/** More entries, or more names than the schema has, are shown as JSON. */
export const MOST_ENTRIES = 100;
/** A form begins with no more parts: a schema may need itself, and in more than one place. */
const MOST_PARTS = 500;

const TYPE_OF: Readonly<Partial<Record<Kind, string>>> = {
  text: 'string',
  number: 'number',
  flag: 'boolean',
};

/** Whether a field can hold what is there already; what it cannot hold is shown as JSON. */
export function fits({ kind, canBeNull, choices, schema }: Shape, value: unknown): boolean {
  if (value === undefined || (value === null && canBeNull)) return true;
  if (kind === 'choice') return choiceOf(choices, value) >= 0;
  if (kind === 'list') return Array.isArray(value) && value.length <= MOST_ENTRIES;
  if (kind === 'fields')
    return isObject(value) && keysOf(schema, value).length <= keysOf(schema, {}).length + MOST_ENTRIES;
  // An empty field of a text that may be null says null.
  return kind === 'json' || (typeof value === TYPE_OF[kind] && !(canBeNull && value === ''));
}

const choiceOf = (choices: readonly unknown[], value: unknown): number =>
  choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));

/** What forms begin with. */
function beginner(root: Schema) {
  let left = MOST_PARTS;
  const begin = (given: unknown, depth: number): unknown => {
    const shape = shapeOf(given, root);
    if (Object.hasOwn(shape.schema, 'default')) return shape.schema['default'];
    return shape.canBeNull ? null : fill(shape, depth);
  };
  const fill = ({ kind, schema, choices }: Shape, depth: number): unknown => {
    if (kind === 'flag') return false;
    if (kind === 'choice') return choices.length === 1 ? choices[0] : undefined;
    if (depth > MOST_DEPTH) return undefined;
    if (kind === 'list') {
      const least = Math.min(Number(schema['minItems'] ?? 0), MOST_ENTRIES);
      return Array.from({ length: least }, () => (left-- > 0 ? begin(schema['items'], depth + 1) : null));
    }
    if (kind !== 'fields') return undefined;
    const parts = keysOf(schema, {}).flatMap((key) => {
      const part = partOf(schema, key);
      const isThere = isRequired(schema, key) || Object.hasOwn(shapeOf(part, root).schema, 'default');
      const value = isThere && left-- > 0 ? begin(part, depth + 1) : undefined;
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(parts);
  };
  return { begin, fill };
}

/** What a form begins with: defaults, and what can be nothing else. Undefined: nothing. */
export function initial(given: unknown, root: Schema): unknown {
  return beginner(root).begin(given, 0);
}

/** As {@link initial}, of a part that shall be there. */
export function filled(shape: Shape, root: Schema): unknown {
  return beginner(root).fill(shape, 0);
}

/** What stands in a field that holds a value. */
export function write({ kind, choices }: Shape, value: unknown): string {
  if (value === undefined) return '';
  if (kind === 'choice')
    return value === null && !choices.includes(null) ? '' : String(choiceOf(choices, value));
  if (value === null && kind !== 'json') return '';
  return typeof value === 'string' && kind !== 'json' ? value : JSON.stringify(value, undefined, 2);
}

/** The value of what stands in a field; undefined: it is left out. Throws where it is no JSON and should be. */
export function read({ kind, canBeNull, choices }: Shape, text: string, isNeeded: boolean): unknown {
  if (text === '') {
    if (!isNeeded) return undefined;
    if (canBeNull) return null;
    return kind === 'text' ? '' : undefined;
  }
  if (kind === 'choice') return choices[Number(text)];
  if (kind === 'number') return Number(text);
  return kind === 'json' ? JSON.parse(text) : text;
}

const TYPES = new Map<unknown, string>([
  ['date', 'date'],
  ['date-time', 'datetime-local'],
  ['email', 'email'],
  ['uri', 'url'],
]);

/** The type of the control that holds a value; one that the format's own could not show is shown as a text. */
export function typeOf({ kind, schema }: Shape, text: string): string {
  if (kind !== 'text') return kind;
  const type = TYPES.get(schema['format']) ?? 'text';
  if (text === '') return type;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? type : 'text';
  return type === 'datetime-local' && Number.isNaN(Date.parse(text)) ? 'text' : type;
}

/** A number that says something: libraries write the bounds of all safe numbers too. */
function bound(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** What a browser checks by itself. */
export function limitsOf({ kind, schema }: Shape) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, maxLength, pattern } =
    schema;
  if (kind === 'text')
    return { minLength: bound(minLength), maxLength: bound(maxLength), pattern: patternOf(pattern) };
  if (kind !== 'number') return {};
  const one = schema['type'] === 'integer' ? 1 : 0;
  const [above, below] = [bound(exclusiveMinimum), bound(exclusiveMaximum)];
  const min = bound(minimum) ?? (above === undefined ? undefined : above + one);
  const max = bound(maximum) ?? (below === undefined ? undefined : below - one);
  const step = bound(multipleOf) ?? (one || 'any');
  // A browser counts steps from the least number.
  return { min, max, step: typeof step === 'number' && (min ?? 0) % step === 0 ? step : 'any' };
}

/** A pattern as a browser takes it: it must fit the whole text, and be one of today's. */
function patternOf(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string') return undefined;
  try {
    return new RegExp(`[\\s\\S]*(?:${pattern})[\\s\\S]*`, 'v').source;
  } catch {
    // In words of another time.
    return undefined;
  }
}
