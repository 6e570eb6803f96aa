import { computed, signal } from '@preact/signals';
import { EN } from './texts/en.ts';
import { FA } from './texts/fa.ts';
import { TR } from './texts/tr.ts';

/** A text of the user interface. */
export type TextKey = keyof typeof EN;
/** All texts in one language. */
export type Texts = Readonly<Record<TextKey, string>>;

const LANGUAGES: Readonly<Record<string, Texts>> = { en: EN, tr: TR, fa: FA };
/** What a person may choose, in the words of each. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', tr: 'Türkçe', fa: 'فارسی' };
const RIGHT_TO_LEFT = new Set(['fa']);
const STORED = 'linstock:language';

function preferred(): string {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is string => tag !== null && Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}

/** The language that is shown. */
export const language = signal(preferred());
/** For numbers and dates. */
export const locale = computed(() => ({ en: 'en-GB', tr: 'tr-TR', fa: 'fa-IR' })[language.value] ?? 'en-GB');

/** Shows another language, and remembers it. */
export function choose(tag: string): void {
  language.value = Object.hasOwn(LANGUAGES, tag) ? tag : 'en';
  localStorage.setItem(STORED, language.value);
}

/** A text in the language that is shown; `{name}` is replaced by a value. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text = (LANGUAGES[language.value] ?? EN)[key];
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** Tells the page its language and direction. */
export function dressPage(): void {
  document.documentElement.lang = language.value;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language.value) ? 'rtl' : 'ltr';
}
