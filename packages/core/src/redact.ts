import { OptionError } from './errors.ts';

/** What stands where a value is not shown. */
export const MASK = '•••';

/**
 * Names of fields that are secret by their names: masked wherever jobs are shown to people, unless redaction is off. Whole
 * names, and parts of names that are never harmless: if `author`, `monkey`, `discard` and `maxTokens` were masked too, people
 * would turn redaction off.
 */
export const SECRET_FIELDS: readonly string[] = Object.freeze(
  [
    '*pass *password* *passwd* *passphrase* *passcode* *secret* *credential*',
    '*token *auth *authorization* bearer *cookie* sessionid',
    'key *apikey* *accesskey* *privatekey* *signingkey* *encryptionkey*',
    'card cards.number *cardnumber* creditcard* cvv cvc *ssn',
  ].flatMap((paths) => paths.split(' ')),
);

/** Paths that are masked, ready for use; made by {@link resolveRedaction}. */
export type Redaction = readonly Path[];

/** A path's names, each cut at its asterisks. */
type Path = readonly (readonly string[])[];

/** A path of which so many names have been met on the way down. */
interface Place {
  readonly path: Path;
  readonly met: number;
}

const PATH = /^[^.[\]]{1,100}(?:\.[^.[\]]{1,100}){0,9}$/;
const MOST_PATHS = 100;
/** What lies deeper is masked as a whole, and so is a name that joins more names than this. */
const MOST_DEPTH = 100;
/** What comes after so many values is masked. JSON of 1 MiB has at most half of them. */
const MOST_VALUES = 1024 * 1024;
/** Any index of a list; a path's own indexes count as this one. */
const INDEX = '0';
const NOWHERE: readonly Place[] = [];

/**
 * A copy of what JSON.parse gave, with the values at these paths replaced by {@link MASK}. Never changes `value`; gives
 * `value` itself when nothing is to be masked.
 *
 * A path is a name, or names joined by dots: `password`, `card.number`. It holds at any depth, and for all items of lists.
 * `*` is any one name, or a part of one: `*.pin`, `*token`. Case, `_` and `-` do not count: `apiKey` is `API_KEY` too.
 *
 * @throws {OptionError} more than 100 paths, or one that is empty, too long, or has brackets
 * @example redact({ card: { number: '4111', year: 2030 } }, ['card.number']); // { card: { number: '•••', year: 2030 } }
 */
export function redact(value: unknown, paths: readonly string[]): unknown {
  return mask(value, parsePaths(paths, 'redact'));
}

/** As {@link redact}, with paths that were read before. */
export function mask(value: unknown, redaction: Redaction | undefined): unknown {
  if (redaction === undefined || redaction.length === 0) return value;
  return new Masking(redaction).visit(value, NOWHERE, 0);
}

/** Reads the option `redact`: a list adds to {@link SECRET_FIELDS}, `false` masks nothing. @throws {OptionError} */
export function resolveRedaction(option: readonly string[] | false, where: string): Redaction | undefined {
  return option === false ? undefined : [...parsePaths(SECRET_FIELDS, where), ...parsePaths(option, where)];
}

function parsePaths(paths: readonly string[], where: string): Redaction {
  if (!Array.isArray(paths)) throw new OptionError(where, 'must be a list of paths, or false', paths);
  if (paths.length > MOST_PATHS)
    throw new OptionError(where, `must have at most ${MOST_PATHS} paths`, paths.length);
  return paths.map((path: unknown) => {
    if (typeof path !== 'string' || !PATH.test(path)) throw new OptionError(where, PATH_RULE, path);
    return path.split('.').map((name) => plainName(name).split('*'));
  });
}

const PATH_RULE =
  'must be paths such as "password", "card.number" or "*.pin": at most 10 names of 100 characters, no brackets (a path holds for all items of lists)';

/** One walk through one value. */
class Masking {
  /** Every path may begin at every name. */
  readonly #starts: readonly Place[];
  /** What a name means where no path has begun: mostly so, and the names of objects in lists are alike. */
  readonly #known = new Map<string, readonly Place[] | undefined>();
  #values = 0;

  constructor(paths: Redaction) {
    this.#starts = paths.map((path) => ({ path, met: 0 }));
  }

  visit(value: unknown, places: readonly Place[], depth: number): unknown {
    if (++this.#values > MOST_VALUES) return MASK;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === MOST_DEPTH) return MASK;
    if (Array.isArray(value)) return this.#list(value, places, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    // Not from JSON: its fields are its own business.
    if (prototype !== Object.prototype && prototype !== null) return value;
    return this.#object(value, places, depth);
  }

  /** Items are where their list is; besides, a path may name them by an index or an asterisk. */
  #list(items: readonly unknown[], places: readonly Place[], depth: number): unknown {
    const next = this.#below(INDEX, places);
    const below = next && union(places, next);
    let isSame = true;
    const shown = items.map((item) => {
      const masked = below === undefined ? MASK : this.visit(item, below, depth + 1);
      isSame &&= Object.is(masked, item);
      return masked;
    });
    return isSame ? items : shown;
  }

  #object(value: object, places: readonly Place[], depth: number): unknown {
    let isSame = true;
    const shown = Object.entries(value).map(([name, field]: [string, unknown]): [string, unknown] => {
      const next = this.#below(name, places);
      const masked = next === undefined ? MASK : this.visit(field, next, depth + 1);
      isSame &&= Object.is(masked, field);
      return [name, masked];
    });
    // Not by assignment: a field may be called __proto__.
    return isSame ? value : Object.fromEntries(shown);
  }

  /** Where the paths stand below a name; undefined when one ends there. */
  #below(name: string, places: readonly Place[]): readonly Place[] | undefined {
    if (places.length > 0) return this.#through(name, places);
    if (!this.#known.has(name)) this.#known.set(name, this.#through(name, places));
    return this.#known.get(name);
  }

  /** A name with dots counts as the names that it joins. */
  #through(name: string, places: readonly Place[]): readonly Place[] | undefined {
    const parts = name.split('.', MOST_DEPTH + 1);
    if (parts.length > MOST_DEPTH) return undefined;
    let next: readonly Place[] | undefined = places;
    for (const part of parts) {
      next = this.#step(plainName(part), next);
      if (next === undefined) return undefined;
    }
    return next;
  }

  #step(name: string, places: readonly Place[]): readonly Place[] | undefined {
    const fitting = [...places, ...this.#starts].filter(({ path, met }) => fits(name, path[met] ?? []));
    if (fitting.some(({ path, met }) => met + 1 === path.length)) return undefined;
    return fitting.length === 0 ? NOWHERE : fitting.map(({ path, met }) => ({ path, met: met + 1 }));
  }
}

/** The places of both, each once: lists within lists must not multiply them. */
function union(some: readonly Place[], more: readonly Place[]): readonly Place[] {
  if (some.length === 0 || more.length === 0) return some.length === 0 ? more : some;
  const isNew = ({ path, met }: Place): boolean => !some.some((one) => one.path === path && one.met === met);
  return [...some, ...more.filter(isNew)];
}

/** Whether a name has these parts in this order, with anything between them. Linear: the first fit of a part is its best. */
function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return name === first;
  const end = name.length - last.length;
  let from = first.length;
  if (end < from || !name.startsWith(first) || !name.endsWith(last)) return false;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] ?? '';
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

const DIGITS = /^\d+$/;

function plainName(name: string): string {
  return DIGITS.test(name) ? INDEX : name.toLowerCase().replaceAll(/[_-]/g, '');
}
