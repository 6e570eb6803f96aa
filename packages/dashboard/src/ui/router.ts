import { signal } from '@preact/signals';

/** Where one is: the path behind `#`, and what follows its `?`. Everything that is shown stands in the address. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Somebody wrote the address by hand.
    return part;
  }
}

/** The place that is shown. */
export const place = signal<Place>(read());
addEventListener('hashchange', () => (place.value = read()));

/** The address of a place. */
export function to(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(entries).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** Goes to a place. */
export function go(path: readonly string[], query?: Readonly<Record<string, string | undefined>>): void {
  location.hash = to(path, query);
}

/** Changes parts of the query; empty: leaves them out. */
export function refine(change: Readonly<Record<string, string | undefined>>): void {
  const { path, query } = place.value;
  go(path, { ...Object.fromEntries(query), ...change });
}
