import { expect, test } from 'vitest';
import { Assets } from './assets.ts';

/** Of all scripts together, zipped, bytes. */
const MOST_SCRIPT = 60 * 1024;

const assets = new Assets();
const ask = (path: string): Request =>
  new Request(`http://localhost/${path}`, { headers: { 'accept-encoding': 'gzip' } });

test('the scripts of the page have at most 60 KiB, zipped', async () => {
  const page = await assets.page(new Request('http://localhost/')).text();
  const names = [...page.matchAll(/assets\/([\w.-]+\.js)"/g)].map(([, name]) => name ?? '');
  const answers = names.map((name) => assets.find(ask(`assets/${name}`), name));
  const sizes = await Promise.all(
    answers.map(async (answer) => (await answer?.arrayBuffer())?.byteLength ?? 0),
  );
  expect(Math.min(...sizes)).toBeGreaterThan(1000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT);
  // None of them loads another one later.
  const plain = await Promise.all(
    names.map(async (name) => assets.find(new Request('http://localhost/'), name)?.text()),
  );
  expect(plain.filter((text) => text?.includes('import(')).length).toBe(0);
});
