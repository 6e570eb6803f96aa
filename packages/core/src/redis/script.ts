import { createHash } from 'node:crypto';
import { Command } from 'ioredis';
import { LUA } from '../generated/lua.ts';
import { LinstockError } from '../errors.ts';
import type { Connection } from './connect.ts';
import { says } from './errors.ts';

/** The name of a script in `lua/`. */
export type ScriptName = keyof typeof LUA;
/** An argument of a script. */
export type ScriptArgument = string | number;

/** The scripts' names for Redis: SHA-1 of their text. */
export const SHA1 = Object.fromEntries(
  Object.entries(LUA).map(([name, text]) => [name, createHash('sha1').update(text).digest('hex')]),
) as Readonly<Record<ScriptName, string>>;

/** The script of a SHA-1; undefined: it is none of ours. */
export function scriptOf(sha1: string): ScriptName | undefined {
  return (Object.keys(SHA1) as ScriptName[]).find((name) => SHA1[name] === sha1.toLowerCase());
}

/** Where a script runs: a connection, and the prefix of a shard's keys. */
export interface ScriptTarget {
  readonly connection: Connection;
  readonly prefix: string;
}

/** Runs one script on a shard. See `classifyError` for what its errors mean. */
export async function runScript(
  target: ScriptTarget,
  name: ScriptName,
  args: readonly ScriptArgument[],
): Promise<unknown> {
  const { connection, prefix } = target;
  try {
    return await send(connection, 'evalsha', [SHA1[name], 1, prefix, args as ScriptArgument[]]);
  } catch (error) {
    // Not executed: Redis was restarted or is another one. EVAL also stores the script there.
    if (says(error, 'NOSCRIPT')) return evalScript(target, name, args);
    if (says(error, 'Command timed out')) connection.cut();
    throw error;
  }
}

/** As {@link runScript}, by its whole text: Redis need not know it, and the call keeps its place among others. */
export function evalScript(
  { connection, prefix }: ScriptTarget,
  name: ScriptName,
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return send(connection, 'eval', [LUA[name], 1, prefix, args as ScriptArgument[]]);
}

/** One command. ioredis flattens the array of arguments: cheaper than spreading thousands of them here. */
function send(
  connection: Connection,
  command: string,
  args: (ScriptArgument | ScriptArgument[])[],
): Promise<unknown> {
  return connection.redis.sendCommand(
    new Command(command, args, { replyEncoding: 'utf8' }),
  ) as Promise<unknown>;
}

/** `PROTOCOL`: a script answered with a word that its wrapper does not know: versions do not fit, or a bug. */
export class ProtocolError extends LinstockError {
  constructor(script: ScriptName, reply: unknown) {
    super(
      'PROTOCOL',
      `the script "${script}" answered ${JSON.stringify(reply)}, which this version does not know`,
      { script, reply },
    );
  }
}
