import type { Connection } from '../redis/connect.ts';
import { infoFields } from '../redis/info.ts';
import { scriptOf } from '../redis/script.ts';

/** A Redis server, as it describes itself. What it does not tell is undefined. */
export interface ServerView {
  /** `host:port`, as the client reaches it. */
  readonly address: string;
  readonly version: string | undefined;
  readonly mode: string | undefined;
  /** s */
  readonly uptime: number | undefined;
  readonly clients: number | undefined;
  /** Commands a second, at present. */
  readonly opsPerSecond: number | undefined;
  readonly memoryBytes: number | undefined;
  /** 0: no limit. */
  readonly memoryLimitBytes: number | undefined;
  readonly evictionPolicy: string | undefined;
  readonly hasAppendOnlyFile: boolean | undefined;
  /** Whether it makes snapshots by itself. Without them and an append-only file, a crash of it loses everything. */
  readonly hasSnapshots: boolean | undefined;
  /** ms since 1970; 0: never. */
  readonly lastSaveAt: number | undefined;
  readonly replicas: number | undefined;
  /** Keys of all databases. */
  readonly keys: number | undefined;
  /** The newest entries of its slow log, at most 10, without their arguments: these may hold secrets. */
  readonly slow: readonly SlowCommand[] | undefined;
}

/** A command that took long. */
export interface SlowCommand {
  /** ms since 1970 */
  readonly at: number;
  readonly ms: number;
  /** Its name; of a script of Linstock `EVALSHA claim`. */
  readonly command: string;
}

/** The servers that hold an installation: one, or the masters of a Cluster. */
export async function readServers(connection: Connection): Promise<ServerView[]> {
  return Promise.all(
    connection.masters().map(async (node) => {
      const [info, slow, hasSnapshots] = await Promise.all([
        node.info(),
        readSlow(node),
        readSnapshots(node),
      ]);
      return { ...describe(`${node.options.host}:${node.options.port}`, info), hasSnapshots, slow };
    }),
  );
}

type Node = ReturnType<Connection['masters']>[number];

/** Who may not read the configuration is not told. */
async function readSnapshots(node: Node): Promise<boolean | undefined> {
  const reply = await node.call('CONFIG', 'GET', 'save').catch(() => undefined);
  const [, save] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  return typeof save === 'string' ? save !== '' : undefined;
}

/** Who may not read it has none. */
async function readSlow(node: Node): Promise<SlowCommand[] | undefined> {
  const entries = await node.call('SLOWLOG', 'GET', '10').catch(() => undefined);
  if (!Array.isArray(entries)) return undefined;
  return (entries as readonly unknown[]).flatMap((entry) => {
    if (!Array.isArray(entry)) return [];
    const [, at, micros, words] = entry as readonly unknown[];
    const [name = '?', first = ''] = Array.isArray(words) ? words.map(String) : [];
    return [{ at: Number(at) * 1000, ms: Number(micros) / 1000, command: commandOf(name, first) }];
  });
}

function commandOf(name: string, first: string): string {
  const command = name.slice(0, 32).toUpperCase();
  const script = command === 'EVALSHA' ? scriptOf(first) : undefined;
  return script === undefined ? command : `${command} ${script}`;
}

function describe(address: string, info: string): Omit<ServerView, 'slow' | 'hasSnapshots'> {
  const fields = infoFields(info);
  const number = (name: string): number | undefined => {
    const text = fields.get(name);
    return text === undefined || text === '' ? undefined : Number(text);
  };
  const isSaving = fields.get('aof_enabled');
  const saved = number('rdb_last_save_time');
  return {
    address,
    version: fields.get('valkey_version') ?? fields.get('redis_version'),
    mode: fields.get('server_mode') ?? fields.get('redis_mode'),
    uptime: number('uptime_in_seconds'),
    clients: number('connected_clients'),
    opsPerSecond: number('instantaneous_ops_per_sec'),
    memoryBytes: number('used_memory'),
    memoryLimitBytes: number('maxmemory'),
    evictionPolicy: fields.get('maxmemory_policy'),
    hasAppendOnlyFile: isSaving === undefined ? undefined : isSaving === '1',
    lastSaveAt: saved === undefined ? undefined : saved * 1000,
    replicas: number('connected_slaves'),
    keys: keysOf(fields),
  };
}

function keysOf(fields: ReadonlyMap<string, string>): number | undefined {
  const databases = [...fields].filter(([name]) => /^db\d+$/.test(name));
  return databases.reduce((sum, [, text]) => sum + Number(/keys=(\d+)/.exec(text)?.[1] ?? 0), 0);
}
