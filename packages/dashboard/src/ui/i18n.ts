import { batch, computed, signal } from '@preact/signals';
import type { EN } from './texts/en.ts';

/** A text of the user interface. */
export type TextKey = keyof typeof EN;
/** All texts in one language. */
export type Texts = Readonly<Record<TextKey, string>>;

/** A viewer loads the texts of one language only. */
const LOADERS: Readonly<Record<string, () => Promise<Texts>>> = {
  en: async () => (await import('./texts/en.ts')).EN,
  tr: async () => (await import('./texts/tr.ts')).TR,
  fa: async () => (await import('./texts/fa.ts')).FA,
};
/** What a person may choose, in the words of each. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', tr: 'Türkçe', fa: 'فارسی' };
const RIGHT_TO_LEFT = new Set(['fa']);
const STORED = 'linstock:language';

function preferred(): string {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is string => tag !== null && Object.hasOwn(LOADERS, tag)) ?? 'en';
}

const texts = signal<Texts | undefined>(undefined);
/** The language that is shown. */
export const language = signal(preferred());
/** For numbers and dates. */
export const locale = computed(() => ({ en: 'en-GB', tr: 'tr-TR', fa: 'fa-IR' })[language.value] ?? 'en-GB');

/** Loads the texts of the language that is to be shown; before that there is nothing to show. */
export async function loadLanguage(tag = language.value): Promise<void> {
  const loaded = await LOADERS[tag]?.();
  batch(() => {
    texts.value = loaded;
    language.value = tag;
  });
}

/** Shows another language, and remembers it. */
export async function choose(tag: string): Promise<void> {
  await loadLanguage(tag);
  localStorage.setItem(STORED, tag);
}

/** A text in the language that is shown; `{name}` is replaced by a value. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const known = texts.value ?? {};
  // What an answer says may be no key, and yet a name that all objects know.
  const text = Object.hasOwn(known, key) ? known[key as keyof typeof known] : key;
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** Tells the page its language and direction. */
export function dressPage(): void {
  document.documentElement.lang = language.value;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language.value) ? 'rtl' : 'ltr';
}
