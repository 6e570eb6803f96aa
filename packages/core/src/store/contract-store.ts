import type { JobOptions } from '../job/job.ts';
import type { Priority } from '../job/priority.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';

/**
 * Whether the JSON Schema of a contract's input is known. `none`: the contract has no schema. `not-offered`: the library of its
 * schema has no JSON Schema (valibot: wrap it by `toStandardJsonSchema` of `@valibot/to-json-schema`). `failed`: it has none of
 * this schema. `too-large`: over 16 KiB.
 */
export type SchemaStatus = 'known' | 'none' | 'not-offered' | 'failed' | 'too-large';

/** A job's contract, as the workers that handle it have described it. */
export interface ContractView {
  readonly name: string;
  readonly version: number;
  /** Where its jobs wait unless somebody says otherwise. */
  readonly queue: string;
  readonly priority: Priority;
  readonly options: JobOptions;
  readonly schemaStatus: SchemaStatus;
  /** When a worker that handles it started last, ms since 1970. */
  readonly describedAt: number;
}

/** A contract with the JSON Schema of its input. */
export interface ContractDetails extends ContractView {
  /** JSON Schema, draft 2020-12; undefined: `schemaStatus` says why. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
}

/** What a worker tells of a contract. */
export interface ContractDescription extends Omit<ContractView, 'describedAt'> {
  /** JSON; empty: none. */
  readonly schema: string;
}

/** The longest schema that is kept, bytes of JSON. */
export const MOST_SCHEMA_BYTES = 16 * 1024;
/** The most names that are kept. */
const MOST_CONTRACTS = 1000;
/** As the script. */
const MOST_PER_CALL = 100;

/** Where contracts are read: the first shard. */
interface Home {
  readonly connection: ScriptTarget['connection'];
  readonly prefix: string;
}

/** Writes descriptions down. Those of newer versions stay as they are. */
export async function describeContracts(
  target: ScriptTarget,
  descriptions: readonly ContractDescription[],
  most = MOST_CONTRACTS,
): Promise<void> {
  for (let from = 0; from < Math.min(descriptions.length, most); from += MOST_PER_CALL) {
    const rows = descriptions
      .slice(from, from + MOST_PER_CALL)
      .flatMap(({ name, version, schema, ...about }) => [name, version, JSON.stringify(about), schema]);
    const reply = await runScript(target, 'describe', [most, ...rows]);
    if (reply !== 'OK') throw new ProtocolError('describe', reply);
  }
}

/** All contracts that are known, by name. */
export async function readContracts({ connection: { redis }, prefix }: Home): Promise<ContractView[]> {
  const lines = Object.entries(await redis.hgetall(prefix + KEY.contracts));
  const contracts = lines.flatMap(([name, line]) => decode(name, line) ?? []);
  return contracts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** One contract, or undefined: no worker has described it. */
export async function readContract(
  { connection: { redis }, prefix }: Home,
  name: string,
): Promise<ContractDetails | undefined> {
  const [line, schema] = await Promise.all([
    redis.hget(prefix + KEY.contracts, name),
    redis.hget(prefix + KEY.schemas, name),
  ]);
  const contract = decode(name, line ?? '');
  return contract && { ...contract, schema: objectIn(schema ?? '') };
}

const LINE = /^(?<version>\d+) (?<at>\d+) (?<json>.*)$/s;

/** Undefined: it is damaged; the next worker that starts writes it anew. */
function decode(name: string, line: string): ContractView | undefined {
  const { version, at, json = '' } = LINE.exec(line)?.groups ?? {};
  const about = objectIn(json);
  if (about === undefined) return undefined;
  return { name, version: Number(version), ...(about as unknown as About), describedAt: Number(at) };
}

type About = Omit<ContractView, 'name' | 'version' | 'describedAt'>;

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Damaged, or not there.
    return undefined;
  }
}
