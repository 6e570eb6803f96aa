import type { Page } from 'playwright-core';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

/** What a text must not become: elements that the user interface never makes, attributes that run, links to elsewhere. */
const FINDS = `(() => {
  const strange = 'script, iframe, object, embed, base, meta, link, style, template, form[action], math, video, audio, marquee';
  const found = [...document.body.querySelectorAll(strange)].map((one) => one.outerHTML.slice(0, 200));
  const home = location.origin + location.pathname;
  const leads = (value) => URL.canParse(value, home) && !new URL(value, home).href.startsWith(home);
  for (const one of document.body.querySelectorAll('*')) {
    for (const { name, value } of one.attributes)
      if (/^on/i.test(name) || (/^(href|src|action|xlink:href)$/i.test(name) && leads(value))) found.push(name + '=' + value);
  }
  if (window.ran !== undefined) found.push('a script ran');
  return found;
})()`;

/** Whatever of a page is not text: scripts that ran, elements and attributes that only a hostile text would make. */
export async function findIntruders(page: Page): Promise<readonly string[]> {
  return page.evaluate(FINDS);
}

/** Which hostile texts can be read in the page as they are. */
export async function readHostile(page: Page): Promise<ReadonlySet<string>> {
  // `textContent`: also what is closed at first, and as it was written.
  const text = (await page.locator('main').textContent()) ?? '';
  return new Set(
    HOSTILE_TEXTS.filter((one) => text.includes(one) || text.includes(JSON.stringify(one).slice(1, -1))),
  );
}

/** Values that the user interface decides by, or that must be what they are for it to show the rest. */
const KEPT = new Set([
  'id',
  'state',
  'code',
  'level',
  'kind',
  'role',
  'parents',
  'sample',
  'holders',
  'next',
  'timeZone',
]);

/** Puts a hostile text in the place of every text of an answer. */
function poison(value: unknown, next: () => string): unknown {
  if (typeof value === 'string') return next();
  if (Array.isArray(value)) return value.map((one) => poison(one, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, KEPT.has(key) ? one : poison(one, next)]),
  );
}

/**
 * From now on every text of the API's answers is a hostile one: more than Redis would take, as if each check before had
 * failed. The stream is cut off, so that the page asks.
 */
export async function poisonApi(page: Page): Promise<void> {
  let at = 0;
  const next = (): string => HOSTILE_TEXTS[at++ % HOSTILE_TEXTS.length] ?? '';
  await page.route('**/api/live', (route) => route.abort());
  await page.route(/\/api\/(?!live|session)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: poison(await response.json(), next) });
  });
}
