import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Assets } from './assets.ts';

const KIB = 1024;
/** Of the scripts of any page; docs/decisions/0015 says how they are divided. */
const MOST_PAGE = 60 * KIB;
/** Of those without which nothing can be used. */
const MOST_FIRST = 30 * KIB;
/** Of all there are, in one language. */
const MOST_ALL = 75 * KIB;

/** What comes later, by the page that needs it; the commands may be opened on each. */
const PAGES = {
  overview: ['plot', 'overlay'],
  'most pages': ['more-pages', 'overlay'],
  alerts: ['more-pages', 'alerts', 'overlay'],
  'a new job': ['more-pages', 'schema-form', 'overlay'],
} as const;
const LANGUAGES = ['en', 'tr', 'fa'];
/** What all but the first pages say, in each language. */
const MORE = LANGUAGES.map((tag) => `more-${tag}`);

const assets = new Assets();
const names = readdirSync(fileURLToPath(new URL('../../dist/ui/assets', import.meta.url))).filter((name) =>
  name.endsWith('.js'),
);

/** Bytes that are sent for a script. */
async function sizeOf(name: string): Promise<number> {
  const request = new Request(`http://localhost/assets/${name}`, { headers: { 'accept-encoding': 'gzip' } });
  const bytes = (await assets.find(request, name)?.arrayBuffer())?.byteLength ?? 0;
  expect({ name, isThere: bytes > 200 }).toEqual({ name, isThere: true });
  return bytes;
}

async function total(list: readonly string[]): Promise<number> {
  return (await Promise.all(list.map(sizeOf))).reduce((sum, size) => sum + size, 0);
}

/** Names of scripts carry a hash. */
function named(part: string): string {
  return names.find((name) => name.startsWith(`${part}-`)) ?? part;
}

/** Of the language that needs most. */
async function longest(parts: readonly string[]): Promise<number> {
  return Math.max(...(await Promise.all(parts.map((part) => sizeOf(named(part))))));
}

/** What the page itself names, and the longest language. */
async function first(): Promise<number> {
  const page = await assets.page(new Request('http://localhost/')).text();
  const scripts = [...page.matchAll(/assets\/([\w-]+\.js)"/g)].map(([, name]) => name ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  return (await total(scripts)) + (await longest(LANGUAGES));
}

test('the first page can be used with 30 KiB of script, zipped', async () => {
  expect(await first()).toBeLessThan(MOST_FIRST);
});

test.each(Object.entries(PAGES))('%s has at most 60 KiB', async (_, later) => {
  const words = later.some((part) => part === 'more-pages') ? await longest(MORE) : 0;
  expect((await first()) + words + (await total(later.map(named)))).toBeLessThan(MOST_PAGE);
});

test('all scripts have at most 75 KiB, and each belongs to a page', async () => {
  const page = await assets.page(new Request('http://localhost/')).text();
  const known = [...Object.values(PAGES).flat(), ...LANGUAGES, ...MORE].map(named);
  expect(names.filter((name) => !known.includes(name) && !page.includes(name))).toEqual([]);
  const words = [...LANGUAGES, ...MORE];
  const others = names.filter((name) => !words.some((part) => name.startsWith(`${part}-`)));
  expect((await total(others)) + (await longest(LANGUAGES)) + (await longest(MORE))).toBeLessThan(MOST_ALL);
});
