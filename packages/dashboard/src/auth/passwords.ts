import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { OptionError } from '@linstock/core';

/** Cost of scrypt (RFC 7914): 2^15 rounds of 8 KiB blocks take about 60 ms and 32 MiB. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const MEMORY = 64 * 1024 * 1024;
const KEY_BYTES = 32;
const FORM = /^scrypt\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/**
 * Makes of a password what an option of the dashboard may hold: `scrypt$<log2 of the cost>$<salt>$<key>`. At least 12 characters.
 *
 * @example
 * const passwordHash = await hashPassword(process.env.DASHBOARD_PASSWORD ?? '');
 *
 * @throws {OptionError}
 */
export async function hashPassword(password: string): Promise<string> {
  if (typeof password !== 'string' || password.length < 12)
    throw new OptionError('password', 'must have at least 12 characters', '(not shown)');
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST.N);
  return `scrypt$${Math.log2(COST.N)}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** A hash that no password has: comparing with it takes as long as with a real one. */
export const NOBODYS_HASH = `scrypt$15$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Whether this is what {@link hashPassword} makes, at no less than its cost. */
export function isPasswordHash(text: unknown): boolean {
  const log2 = Number(FORM.exec(String(text))?.[1]);
  return log2 >= 15 && log2 <= 20;
}

/** Whether the password is the one of which the hash was made. */
export async function matchesPassword(password: string, hash: string): Promise<boolean> {
  const [, log2 = '', salt = '', key = ''] = FORM.exec(hash) ?? [];
  const wanted = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), 2 ** Number(log2));
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

function derive(password: string, salt: Buffer, N: number): Promise<Buffer> {
  const maxmem = Math.max(MEMORY, 256 * N * COST.r);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N, r: COST.r, p: COST.p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
