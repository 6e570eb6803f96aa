/** Between instants and what fields for dates and times hold, in the zone that is shown. Pure. */

/** What a field holds of an instant. */
export function toField(iso: string, isUtc: boolean): string {
  const at = new Date(iso);
  const shown = isUtc ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shown
    .toISOString()
    .slice(0, -1)
    .replace(/(:00)?\.000$/, '');
}

/** The instant that a field holds, as ISO 8601; empty: none. */
export function fromField(text: string, isUtc: boolean): string {
  return text === '' ? '' : new Date(isUtc ? `${text}Z` : text).toISOString();
}
