import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Assets } from './assets.ts';

const KIB = 1024;
/** Of all scripts that one viewer can load: everything, in one language. */
const MOST_SCRIPT = 60 * KIB;
/** Of those without which the first page cannot be used; its charts come after it. */
const MOST_FIRST = 30 * KIB;

const LANGUAGE = /^(en|tr|fa)-/;
const assets = new Assets();
const names = readdirSync(fileURLToPath(new URL('../../dist/ui/assets', import.meta.url))).filter((name) =>
  name.endsWith('.js'),
);

/** Bytes that are sent for a script. */
async function sizeOf(name: string): Promise<number> {
  const request = new Request(`http://localhost/assets/${name}`, { headers: { 'accept-encoding': 'gzip' } });
  const bytes = (await assets.find(request, name)?.arrayBuffer())?.byteLength ?? 0;
  expect({ name, isThere: bytes > 1000 }).toEqual({ name, isThere: true });
  return bytes;
}

async function sizes(list: readonly string[]): Promise<number[]> {
  return Promise.all(list.map(sizeOf));
}

const sum = (list: readonly number[]): number => list.reduce((total, size) => total + size, 0);

test('all scripts have at most 60 KiB, zipped, in any language', async () => {
  const languages = names.filter((name) => LANGUAGE.test(name));
  expect(languages).toHaveLength(3);
  const others = names.filter((name) => !LANGUAGE.test(name));
  expect(sum(await sizes(others)) + Math.max(...(await sizes(languages)))).toBeLessThan(MOST_SCRIPT);
});

test('the first page needs at most 30 KiB of them', async () => {
  const page = await assets.page(new Request('http://localhost/')).text();
  const first = [...page.matchAll(/assets\/([\w-]+\.js)"/g)].map(([, name]) => name ?? '');
  expect(first.length).toBeGreaterThan(0);
  const languages = names.filter((name) => LANGUAGE.test(name));
  expect(sum(await sizes(first)) + Math.max(...(await sizes(languages)))).toBeLessThan(MOST_FIRST);
});
