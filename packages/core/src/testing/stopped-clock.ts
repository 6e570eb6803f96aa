import type { Redis } from 'ioredis';
import { LUA } from '../generated/lua.ts';
import type { Connection } from '../redis/connect.ts';
import type { ScriptName } from '../redis/script.ts';
import { SHA1 } from '../redis/script.ts';

const SCRIPTS = new Map(Object.keys(LUA).map((name) => [SHA1[name as ScriptName], name as ScriptName]));
const ASKS_TIME = /[\w.]+\('TIME'\)/g;

/** The text of a script that takes the time from two more keys: seconds and microseconds, as TIME answers. */
export function withoutTime(script: ScriptName): string {
  const text = LUA[script].replace(ASKS_TIME, '{ KEYS[2], KEYS[3] }');
  if (text.includes("'TIME'"))
    throw new Error(`${script} asks Redis for the time in a way that is not known here`);
  return text;
}

/** A clock that stands still until a test moves it. Scripts that run through {@link connection} read it for Redis TIME. */
export class StoppedClock {
  /** Milliseconds since 1970. */
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  /** A connection that runs the same scripts by this clock. */
  connection(real: Connection): Connection {
    const redis = real.redis as Redis;
    const sendCommand = (command: SentCommand): unknown => {
      const [sha, , prefix, ...args] = command.args;
      const script = command.name === 'evalsha' ? SCRIPTS.get(String(sha)) : undefined;
      if (script === undefined) return redis.sendCommand(command as never);
      return redis.eval(withoutTime(script), 3, String(prefix), ...this.#time(), ...(args as string[]));
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

  #time(): [string, string] {
    return [String(Math.floor(this.nowMs / 1000)), String((this.nowMs % 1000) * 1000)];
  }
}

interface SentCommand {
  readonly name: string;
  readonly args: readonly unknown[];
}
