import { duration, instant } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';

/** Which jobs are meant, much as a search for them is written; the id of a selection says nothing to a person. */
export function filterText(filter: unknown): string {
  // The audit log may hold anything.
  const { state = '', query, selection: _, ...others } = Object(filter) as Readonly<Record<string, unknown>>;
  const words = [query, ...Object.entries(others).map(wordOf)].filter(Boolean).join(' ');
  // The marks keep them in their order among right-to-left text.
  return `${t(String(state) as TextKey)} \u2068${words}\u2069`;
}

/** Where they go, or when they are due, behind what is told of them; an arrow would not turn round among right-to-left text. */
export function targetText(target: unknown): string {
  const words = Object.entries(Object(target) as Readonly<Record<string, unknown>>).map(wordOf);
  return words.length > 0 ? ` › \u2068${words.join(' ')}\u2069` : '';
}

function wordOf([name, value]: readonly [string, unknown]): string {
  if (name === 'inMs') return `in:${duration(Number(value))}`;
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = /rThan$|^at$/.test(name) ? instant(Date.parse(plain)) : plain;
  return `${name.replace(/^error.*/, 'error')}:${/\s/.test(text) ? `"${text}"` : text}`;
}
