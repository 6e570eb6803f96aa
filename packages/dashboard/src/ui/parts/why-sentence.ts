import { ago, count, instant, isInstant } from '../format.ts';
import type { TextKey, Values } from '../i18n.ts';
import { fill, locale, t, textOf } from '../i18n.ts';
import type { Why } from '../types.ts';
import { now } from './basics.tsx';

type Fields = Readonly<Record<string, unknown>>;

/** Numbers that say something only when there are any. */
const SOME = new Set(['undescribed', 'elsewhere', 'urgent', 'limit']);
/** So many of a list are named. */
const MOST = 5;

/** Why a job of a queue waits, in the language that is shown; as the server says it where that has no words for it. */
export function sentenceOf(why: Why, queue: string): string {
  const { error, because } = why;
  const words: Values = {
    queue,
    ...wordsOf(why),
    ...wordsOf({ detail: (error as Fields | undefined)?.['message'] ?? why['why'] ?? why['detail'] }),
    holders: listOf(itemsOf(why['holders']).map(holderText), why['running']),
    parents: listOf(itemsOf(why['parents']).map(parentText)),
    // What had no room, of a job that was set apart for it.
    ...(why.code === 'BLOCKED' && { [String(why['by'])]: '' }),
  };
  const parts = {
    because: fill(textOf(`for_${String(because)}`) ?? String(because), words),
    ...Object.fromEntries(
      (['pause', 'hedge', 'full', 'place'] as const).map((part) => [part, say(part, words)]),
    ),
  };
  return say(why.code, { ...words, ...parts }) || dated(why);
}

/** As the server says it, with instants as they are shown elsewhere. */
function dated(why: Why): string {
  return Object.values(why).reduce<string>(
    (text, at) => (isInstant(at) ? text.replace(new Date(at).toISOString(), instant(at)) : text),
    why.message,
  );
}

/** A text without what has nothing to say. */
function say(name: string, values: Values): string {
  const kept =
    (isThere: boolean) =>
    (_: string, value: string, part: string): string =>
      (values[value] !== undefined) === isThere ? part : '';
  const text = (textOf(`why_${name}`) ?? '')
    .replaceAll(/\[!(\w+) ([^[\]]*)\]/g, kept(false))
    .replaceAll(/\[(\w+) ([^[\]]*)\]/g, kept(true));
  return fill(text, values);
}

function wordsOf(fields: Fields): Values {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, wordOf(name, value)]));
}

function wordOf(name: string, value: unknown): string | undefined {
  if (value === true) return '';
  // The marks keep a name among right-to-left text in one piece.
  if (typeof value === 'string' && value !== '') return `\u2068${value}\u2069`;
  if (typeof value !== 'number' || (value === 0 && SOME.has(name))) return undefined;
  return /^until$|^at$|At$/.test(name) ? `${instant(value)} (${ago(value, now.value)})` : count(value);
}

function itemsOf(value: unknown): readonly Fields[] {
  return (value as readonly Fields[] | undefined) ?? [];
}

function listOf(items: readonly string[], total: unknown = items.length): string | undefined {
  if (items.length === 0) return undefined;
  const shown = items.slice(0, MOST);
  const more = Number(total) - shown.length;
  return shown.join(t('comma')) + (more > 0 ? ` ${t('andMore', { count: count(more) })}` : '');
}

function holderText(holder: Fields): string {
  return say('holder', wordsOf(holder));
}

function parentText(parent: Fields): string {
  const { on, state } = parent as { on: readonly string[]; state: string };
  return say('parent', {
    ...wordsOf(parent),
    state: stateText(state),
    on: on.length === 3 ? undefined : on.map(stateText).join(textOf('why_or')),
    hope: state === 'failed' && !on.includes('failed') ? '' : undefined,
  });
}

function stateText(state: string): string {
  const key = { missing: 'gone', unknown: '…' }[state] ?? state;
  return t(key as TextKey).toLocaleLowerCase(locale.value);
}
