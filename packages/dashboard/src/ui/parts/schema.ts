/** From the JSON Schema of an input to the fields of a form. Pure. */

/** A JSON Schema; whatever stands in it was written by others. */
export type Schema = Readonly<Record<string, unknown>>;

/** How a value is asked for. `json`: as JSON, where no other field can hold it. */
export type Kind = 'text' | 'number' | 'flag' | 'choice' | 'fields' | 'list' | 'json';

/** A part of an input, as a form asks for it. */
export interface Shape {
  readonly kind: Kind;
  /** Without references, and without the null that it may be. */
  readonly schema: Schema;
  readonly canBeNull: boolean;
  /** Only of a `choice`. */
  readonly choices: readonly unknown[];
}

/** References to references end somewhere, unless they are a circle. */
const MOST_HOPS = 16;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const asSchema = (value: unknown): Schema => (isObject(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const own = (object: Schema, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);
const isNull = (given: unknown): boolean =>
  isObject(given) && (given['type'] === 'null' || own(given, 'const') === null);

/** What a reference within the same schema leads to: `#/$defs/address`. */
function follow(root: Schema, ref: string): unknown {
  if (!ref.startsWith('#')) return {};
  let found: unknown = root;
  for (const part of ref.split('/').slice(1))
    found = own(asSchema(found), part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return found;
}

/** The values of a choice that several schemas make together; undefined: they are more than a choice. */
function choicesOf(branches: readonly unknown[]): readonly unknown[] | undefined {
  const choices = branches.map(asSchema).map((schema) => {
    return Object.hasOwn(schema, 'const') ? [schema['const']] : schema['enum'];
  });
  return choices.every(Array.isArray) ? choices.flat() : undefined;
}

/** One step towards a schema that says by itself what it is; undefined: it does, or no form can say it. */
function stepInto(
  schema: Schema,
  root: Schema,
): { readonly next: Schema; readonly canBeNull: boolean } | undefined {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  const into = (inner: unknown, canBeNull = false) => ({ next: { ...asSchema(inner), ...rest }, canBeNull });
  if (typeof $ref === 'string') return into(follow(root, $ref));
  const branches = asList(anyOf ?? oneOf ?? allOf);
  const others = branches.filter((branch) => !isNull(branch));
  const canBeNull = others.length < branches.length;
  if (others.length === 1) return into(others[0], canBeNull);
  const choices = allOf === undefined && others.length > 0 ? choicesOf(others) : undefined;
  if (choices !== undefined) return into({ enum: choices }, canBeNull);
  const types = asList(schema['type']).filter((type) => type !== 'null');
  return types.length === 1
    ? { next: { ...schema, type: types[0] }, canBeNull: types.length < asList(schema['type']).length }
    : undefined;
}

/** How a part of an input is asked for. */
export function shapeOf(given: unknown, root: Schema): Shape {
  let schema = asSchema(given);
  let canBeNull = false;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const step = stepInto(schema, root);
    if (step === undefined) break;
    schema = step.next;
    canBeNull ||= step.canBeNull;
  }
  const choices = choicesOf([schema]) ?? [];
  return { kind: choices.length > 0 ? 'choice' : kindOf(schema), schema, canBeNull, choices };
}

const COMPOSED = ['$ref', 'anyOf', 'oneOf', 'allOf', 'prefixItems', 'patternProperties'];

function kindOf(schema: Schema): Kind {
  const { type, items } = schema;
  if (COMPOSED.some((word) => word in schema)) return 'json';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'flag';
  if (type === 'array' && isObject(items)) return 'list';
  return (type ?? 'object') === 'object' && isObject(schema['properties']) ? 'fields' : 'json';
}

/** The names of an object's parts: those of its schema, and those that it has besides. */
export function keysOf({ properties }: Schema, value: unknown): readonly string[] {
  return [...new Set([...Object.keys(asSchema(properties)), ...Object.keys(asSchema(value))])];
}

/** The schema of one of them. */
export function partOf({ properties, additionalProperties }: Schema, key: string): unknown {
  return own(asSchema(properties), key) ?? additionalProperties;
}

export function isRequired({ required }: Schema, key: string): boolean {
  return asList(required).includes(key);
}
