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
function stepInto(schema: Schema, root: Schema): Schema | undefined {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === 'string') return { ...asSchema(follow(root, $ref)), ...rest };
  const branches = asList(anyOf ?? oneOf ?? allOf);
  const others = branches.filter((branch) => !isNull(branch));
  const choices = allOf === undefined && others.length > 1 ? choicesOf(others) : undefined;
  const inner = others.length === 1 ? others[0] : choices && { enum: choices };
  if (inner !== undefined)
    return { ...asSchema(inner), ...rest, ...(others.length < branches.length && NULLABLE) };
  const types = asList(schema['type']).filter((type) => type !== 'null');
  return types.length === 1 ? { ...schema, type: types[0], ...NULLABLE } : undefined;
}

/** How a schema says, once it says by itself what it is, that it may be null too. */
const NULLABLE = { nullable: true };

/** How a part of an input is asked for. */
export function shapeOf(given: unknown, root: Schema): Shape {
  let schema = asSchema(given);
  for (let hops = 0; hops < MOST_HOPS; hops++) schema = stepInto(schema, root) ?? schema;
  const choices = choicesOf([schema]) ?? [];
  const kind = choices.length > 0 ? 'choice' : kindOf(schema);
  return { kind, schema, canBeNull: schema['nullable'] === true, choices };
}

const COMPOSED = ['$ref', 'anyOf', 'oneOf', 'allOf', 'prefixItems', 'patternProperties'];
const PLAIN = new Map<unknown, Kind>([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'flag'],
]);

function kindOf(schema: Schema): Kind {
  const { type = 'object', items, properties } = schema;
  if (COMPOSED.some((word) => word in schema)) return 'json';
  if (type === 'array' && isObject(items)) return 'list';
  return type === 'object' && isObject(properties) ? 'fields' : (PLAIN.get(type) ?? 'json');
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
