import { isUtc } from './format.ts';

/** An instant as a field for dates and times holds it, in the zone that is shown. */
export function toField(iso: string): string {
  const at = new Date(iso);
  const shown = isUtc.peek() ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shown
    .toISOString()
    .slice(0, -1)
    .replace(/(:00)?\.000$/, '');
}

/** The instant that a field for dates and times holds, as ISO 8601; empty: none. */
export function fromField(text: string): string {
  return text === '' ? '' : new Date(isUtc.peek() ? `${text}Z` : text).toISOString();
}
