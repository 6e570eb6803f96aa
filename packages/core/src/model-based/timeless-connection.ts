import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LUA } from '../generated/lua.ts';
import type { Connection } from '../redis/connect.ts';
import type { ScriptName } from '../redis/script.ts';
import { SHA1 } from '../redis/script.ts';

/** The texts of scripts: the real ones, or mutants. */
export type Texts = Readonly<Record<ScriptName, string>>;

interface Script {
  readonly text: string;
  readonly sha: string;
}

/** Scripts that are given the time, seconds and microseconds, as two more keys. */
export class TimelessScripts {
  readonly #bySha = new Map<string, Script>();
  readonly #byText = new Map<string, Script>();

  constructor(texts: Texts = LUA) {
    for (const name of Object.keys(LUA) as ScriptName[]) {
      const text = texts[name].replace(/[\w.]+\('TIME'\)/g, '{ KEYS[2], KEYS[3] }');
      if (text.includes('TIME'))
        throw new Error(`the script ${name} asks the time in a way that is not known here`);
      const script = { text, sha: createHash('sha1').update(text).digest('hex') };
      this.#bySha.set(SHA1[name], script);
      this.#byText.set(LUA[name], script);
    }
  }

  /** The command in place of one that runs a script: EVALSHA stays EVALSHA, so that a forgotten script is told. */
  replace(command: SentCommand, nowMs: number): [string, ...string[]] | undefined {
    const [name, , prefix, ...args] = command.args.map(String);
    const script = (command.name === 'evalsha' ? this.#bySha : this.#byText).get(name ?? '');
    if (script === undefined || !/^eval(sha)?$/.test(command.name)) return undefined;
    const time = [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
    return [
      command.name,
      command.name === 'evalsha' ? script.sha : script.text,
      '3',
      prefix ?? '',
      ...time,
      ...args,
    ];
  }
}

interface SentCommand {
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * A connection whose scripts read this clock for Redis TIME. Unlike that of `testing/stopped-clock.ts` it runs scripts by
 * their SHA-1 and can run mutants.
 */
export function timelessConnection(
  real: Connection,
  scripts: TimelessScripts,
  clock: { readonly now: number },
): Connection {
  const redis = real.redis as Redis;
  const sendCommand = (command: SentCommand): unknown => {
    const replaced = scripts.replace(command, clock.now);
    return replaced === undefined ? redis.sendCommand(command as never) : redis.call(...replaced);
  };
  const substitute = new Proxy(redis, {
    get(target, property): unknown {
      if (property === 'sendCommand') return sendCommand;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { redis: substitute, cut: () => real.cut() } as unknown as Connection;
}
