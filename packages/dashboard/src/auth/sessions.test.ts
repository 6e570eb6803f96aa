import { expect, test } from 'vitest';
import { Sessions } from './sessions.ts';

const MINUTE_MS = 60_000;
const USER = { name: 'ada', role: 'viewer' } as const;

test('S10 a session ends after half an hour without a request, and after twelve hours in any case', () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const idle = sessions.begin(USER);
  now += 30 * MINUTE_MS;
  expect(sessions.find(idle)).toEqual(USER);
  now += 20 * MINUTE_MS;
  expect(sessions.peek(idle)).toEqual(USER);
  now += 10 * MINUTE_MS + 1;
  expect(sessions.peek(idle)).toBeUndefined();
  expect(sessions.find(idle)).toBeUndefined();

  const busy = sessions.begin(USER);
  const beganAt = now;
  while (now + 20 * MINUTE_MS - beganAt <= 12 * 60 * MINUTE_MS) {
    now += 20 * MINUTE_MS;
    expect(sessions.find(busy)).toEqual(USER);
  }
  now += 20 * MINUTE_MS;
  expect(sessions.find(busy)).toBeUndefined();
});

test('S10 every session has a secret of its own, of 256 bits', () => {
  const sessions = new Sessions(() => 0);
  const secrets = new Set(Array.from({ length: 100 }, () => sessions.begin(USER)));
  expect(secrets.size).toBe(100);
  expect([...secrets].every((secret) => Buffer.from(secret, 'base64url').length === 32)).toBe(true);
});
