import type { JobContract } from './contract.ts';
import { OptionError } from './errors.ts';

/**
 * Places in the input of a workflow's node where the result of another node will stand. In a payload such a place is
 * `{"$result": "<job id>", "path": [...]}`; the header says that there are some (docs/workflows.md).
 */
interface Reference {
  readonly node: string;
  readonly path: readonly string[];
}

const REFERENCE = Symbol('reference to a result');
const MOST_DEPTH = 64;

/**
 * The result of another node, for a place in a node's input; `resultOf('a', a).title` is a field of it. It has the result's type,
 * but is only a mark: nothing can be calculated with it.
 */
export function resultOf<R>(name: string, _contract: JobContract<unknown, R>): R {
  return referTo({ node: name, path: [] }) as R;
}

function referTo(reference: Reference): unknown {
  return new Proxy(Object.create(null) as object, {
    get: (_target, field) => {
      if (field === REFERENCE) return reference;
      if (typeof field === 'symbol')
        throw new OptionError(
          'resultOf',
          'must stand in an input as it is: there is no result yet',
          reference.node,
        );
      return referTo({ node: reference.node, path: [...reference.path, field] });
    },
  });
}

function referenceIn(value: object): Reference | undefined {
  // Only our own proxies answer to this symbol.
  return (value as { readonly [REFERENCE]?: Reference })[REFERENCE];
}

/** An input with places for results by the ids of their jobs, and the names of the nodes whose results it needs. */
export function splitReferences(
  input: unknown,
  ids: ReadonlyMap<string, string> = new Map(),
): { readonly value: unknown; readonly names: readonly string[] } {
  const names = new Set<string>();
  const visit = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return value;
    const reference = referenceIn(value);
    if (reference !== undefined) {
      names.add(reference.node);
      return { $result: ids.get(reference.node) ?? '', path: reference.path };
    }
    if (Array.isArray(value)) return value.map((item) => visit(item, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, depth + 1)]));
  };
  const value = visit(input, 0);
  return { value: names.size === 0 ? input : value, names: [...names] };
}

/** An input with the results in their places. `find` gives the result of a job; what it throws is thrown. */
export function fillReferences(input: unknown, find: (id: string) => unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) return input.map((item) => fillReferences(item, find));
  const { $result: id, path } = input as { readonly $result?: unknown; readonly path?: unknown };
  if (typeof id === 'string' && Array.isArray(path) && Object.keys(input).length === 2)
    return path.reduce<unknown>(fieldOf, find(id));
  return Object.fromEntries(Object.entries(input).map(([key, item]) => [key, fillReferences(item, find)]));
}

function fieldOf(value: unknown, field: unknown): unknown {
  const isField = typeof value === 'object' && value !== null && Object.hasOwn(value, String(field));
  return isField ? (value as Record<string, unknown>)[String(field)] : undefined;
}
