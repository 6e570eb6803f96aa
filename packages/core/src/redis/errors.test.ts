import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, describe, expect, test } from 'vitest';
import { LinstockError, RedisError, RedisFullError } from '../errors.ts';
import { Connection } from './connect.ts';
import { asRedisError, classifyError, says } from './errors.ts';

const server = await startRedis();
const connection = new Connection(server.url, 'commands', { commandTimeoutMs: 2000 });
const { redis } = connection;
const admin = server.connect();
await connection.ready(5000);
afterAll(async () => {
  connection.close();
  await server.stop();
});

/** What a call is answered. */
async function errorOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => new Error('it was not refused'),
    (error: unknown) => error as Error,
  );
}

const config = (name: string, value: string): Promise<unknown> => admin.call('CONFIG', 'SET', name, value);
const SET = "return redis.call('SET', 'k', 'v')";

describe('errors of calls are typed', () => {
  test('a fault says what Redis said', async () => {
    await admin.rpush('list', 'x');
    const error = await errorOf(redis.get('list'));
    expect(error).toBeInstanceOf(RedisError);
    expect(error).toMatchObject({
      code: 'REDIS_FAULT',
      message: expect.stringContaining('WRONGTYPE') as string,
    });
    expect(says(error, 'WRONGTYPE')).toBe(true);
  });

  test('none has the arguments of its call', async () => {
    const error = await errorOf(
      redis.lpush('k', 'secret').then(() => redis.set('k', 'secret', 'EX', 'never')),
    );
    expect(error).toBeInstanceOf(RedisError);
    expect(JSON.stringify([error, error.cause, error.message])).not.toContain('secret');
  });
});

describe('replies of a real server are told apart', () => {
  test('WRONGTYPE, of a command and of a script, is a fault', async () => {
    await admin.rpush('list', 'x');
    expect(classifyError(await errorOf(redis.get('list')))).toBe('fault');
    expect(classifyError(await errorOf(redis.eval("return redis.call('GET', 'list')", 0)))).toBe('fault');
  });

  test('a script that is wrong is a fault', async () => {
    expect(classifyError(await errorOf(redis.eval('return nobody.knows', 0)))).toBe('fault');
  });

  test('an unknown script is refused: it was not executed', async () => {
    expect(classifyError(await errorOf(redis.evalsha('0'.repeat(40), 0)))).toBe('refused');
  });

  test('a full memory is full, for a command and within a script', async () => {
    await config('maxmemory', '1');
    const errors = [await errorOf(redis.set('k', 'v')), await errorOf(redis.eval(SET, 0))];
    await config('maxmemory', '0');
    expect(errors.map(classifyError)).toEqual(['full', 'full']);
    expect(asRedisError(errors[0])).toBeInstanceOf(RedisFullError);
  });

  test('a replica without its master is refused', async () => {
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    const readonly = await errorOf(admin.set('k', 'v'));
    await config('replica-serve-stale-data', 'no');
    const masterDown = await errorOf(admin.get('k'));
    await config('replica-serve-stale-data', 'yes');
    await admin.call('REPLICAOF', 'NO', 'ONE');
    expect([readonly.message.split(' ')[0], masterDown.message.split(' ')[0]]).toEqual([
      'READONLY',
      'MASTERDOWN',
    ]);
    expect([readonly, masterDown].map(classifyError)).toEqual(['refused', 'refused']);
  });

  test('too few replicas is refused', async () => {
    await config('min-replicas-to-write', '1');
    const error = await errorOf(admin.set('k', 'v'));
    await config('min-replicas-to-write', '0');
    expect([error.message.split(' ')[0], classifyError(error)]).toEqual(['NOREPLICAS', 'refused']);
  });

  test('a wrong password and a missing permission are faults, and say what to do', async () => {
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+get', '+info', '+auth', '+hello');
    const wrong = await errorOf(admin.call('AUTH', 'reader', 'guess'));
    const reader = server.connect({ username: 'reader', password: 'secret' });
    const denied = await errorOf(reader.set('k', 'v'));
    expect([wrong, denied].map((error) => error.message.split(' ')[0])).toEqual(['WRONGPASS', 'NOPERM']);
    for (const error of [wrong, denied]) {
      expect(classifyError(error)).toBe('fault');
      expect(asRedisError(error)).toMatchObject({
        code: 'REDIS_REFUSED',
        message: expect.stringContaining('check the user'),
      });
    }
  });

  test('silence is unknown: the call may have been executed', async () => {
    server.pause();
    const error = await errorOf(redis.set('k', 'v'));
    server.resume();
    expect(classifyError(error)).toBe('unknown');
    expect(asRedisError(error)).toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });

  test('a connection that breaks during a call is unknown; without one a call is refused', async () => {
    const other = new Connection(server.url, 'commands', { commandTimeoutMs: 2000 });
    await other.ready(5000);
    const waiting = errorOf(other.redis.blpop('nothing', 0));
    other.redis.disconnect();
    expect(classifyError(await waiting)).toBe('unknown');
    const early = new Connection(server.url, 'commands');
    expect(['refused', 'unknown']).toContain(classifyError(await errorOf(early.redis.get('k'))));
    other.close();
    early.close();
  });
});

describe('what cannot be provoked here, by its first word', () => {
  test.each(['LOADING', 'CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'BUSY', 'MISCONF'])(
    '%s is refused',
    (word) => {
      expect(classifyError(new Error(`${word} something is in the way`))).toBe('refused');
    },
  );

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])('the code %s is unknown', (code) => {
    expect(classifyError(Object.assign(new Error('socket'), { code }))).toBe('unknown');
  });

  test('what is no error is a fault', () => expect(classifyError('OOM')).toBe('fault'));
});

test('every error becomes one of ours, with its cause', () => {
  for (const message of [
    'WRONGTYPE x',
    'READONLY x',
    'OOM command not allowed',
    'NOAUTH x',
    'Connection is closed.',
  ]) {
    const cause = new Error(message);
    const error = asRedisError(cause);
    expect(error).toBeInstanceOf(LinstockError);
    expect(error.cause).toBe(cause);
    expect(error instanceof RedisError || error instanceof RedisFullError).toBe(true);
  }
});
