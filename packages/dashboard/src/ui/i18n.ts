import { batch, computed, signal } from '@preact/signals';
import type { MoreTexts, Texts } from './texts/kinds.ts';

/** A text of the user interface. */
export type TextKey = keyof Texts | keyof MoreTexts;

/** A viewer loads the texts of one language only, those of the first pages before the others. */
const LOADERS: Readonly<Record<string, readonly [() => Promise<Texts>, () => Promise<MoreTexts>]>> = {
  en: [
    async () => (await import('./texts/en.ts')).EN,
    async () => (await import('./texts/more-en.ts')).MORE_EN,
  ],
  tr: [
    async () => (await import('./texts/tr.ts')).TR,
    async () => (await import('./texts/more-tr.ts')).MORE_TR,
  ],
  fa: [
    async () => (await import('./texts/fa.ts')).FA,
    async () => (await import('./texts/more-fa.ts')).MORE_FA,
  ],
};
/** What a person may choose, in the words of each. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', tr: 'Türkçe', fa: 'فارسی' };
const RIGHT_TO_LEFT = new Set(['fa']);
const STORED = 'linstock:language';

function preferred(): string {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is string => tag !== null && Object.hasOwn(LOADERS, tag)) ?? 'en';
}

const texts = signal<Readonly<Record<string, string>>>({});
let areAllWanted = false;
/** What is to be shown as soon as its texts are here. */
let wanted = preferred();
/** The language that is shown. */
export const language = signal(wanted);
/** For numbers and dates. */
export const locale = computed(() => ({ en: 'en-GB', tr: 'tr-TR', fa: 'fa-IR' })[language.value] ?? 'en-GB');
const plurals = computed(() => new Intl.PluralRules(locale.value));

/** Loads the texts of the language that is to be shown; before that there is nothing to show. */
export async function loadLanguage(): Promise<void> {
  const tag = wanted;
  const all = areAllWanted;
  const [first, more] = LOADERS[tag] ?? [];
  const [loaded, others] = await Promise.all([first?.(), all ? more?.() : undefined]);
  // Another choice, made while these were loading, must not be undone by them.
  if (tag !== wanted || all !== areAllWanted) return loadLanguage();
  batch(() => {
    texts.value = { ...loaded, ...others };
    language.value = tag;
  });
}

/** Loads what other pages than the first ones say, from now on in each language. */
export async function loadMoreTexts(): Promise<void> {
  areAllWanted = true;
  await loadLanguage();
}

/** Remembers another language at once, also for a page that is left before the texts are here, and shows it. */
export async function choose(tag: string): Promise<void> {
  localStorage.setItem(STORED, tag);
  wanted = tag;
  await loadLanguage();
}

/** What is said where a text has `{name}`. */
export type Values = Readonly<Record<string, string | number | undefined>>;

/** A text as it is written, if the language that is shown has it. */
export function textOf(key: string): string | undefined {
  // What an answer says may be no key, and yet a name that all objects know.
  return Object.hasOwn(texts.value, key) ? texts.value[key] : undefined;
}

/** A text in the language that is shown, filled in. `n`: the number that it is about. */
export function t(key: TextKey, values: Values = {}, n = 0): string {
  return fill(textOf(key) ?? key, values, n);
}

/** `{one|more}` is replaced by the form that the grammar of the language wants for a number, `{name}` by a value. */
export function fill(text: string, values: Values, n = 0): string {
  return text
    .replaceAll(/\{([^{}|]*)\|([^{}]*)\}/g, (_, one: string, more: string) =>
      plurals.value.select(n) === 'one' ? one : more,
    )
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** Tells the page its language and direction. */
export function dressPage(): void {
  document.documentElement.lang = language.value;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language.value) ? 'rtl' : 'ltr';
}
