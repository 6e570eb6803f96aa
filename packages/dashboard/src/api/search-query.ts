import { OptionError } from '@linstock/core';
import type { JobSearch, JobTerm } from '@linstock/core/internal';
import { searchOf } from '@linstock/core/internal';

/** After so many hits a search pauses; its cursor goes on. */
export const MOST_HITS = 200;

/** Reads a search: words, and qualifiers such as `name:mail.send error:"no route" attempts:>2 created:<1h input.user.id:7`. @throws {OptionError} */
export function parseSearch(text: string, now: number): JobSearch {
  const terms: JobTerm[] = [];
  const words: string[] = [];
  for (const [, key, , quoted, plain] of text.matchAll(/(?:([\w.]+):)?("([^"]*)"|(\S+))/g)) {
    const value = quoted ?? plain ?? '';
    if (key === undefined) words.push(value);
    else terms.push({ key, value });
  }
  if (terms.length + words.length === 0)
    throw new OptionError('q', 'must have something to search for', text);
  return searchOf({ terms, words }, now);
}

/** What a request asks for by `q` alone. The route and whoever decides about it must read the same. @throws {OptionError} */
export function askedSearch(query: URLSearchParams, now: number): JobSearch {
  return parseSearch(textOf(query), now);
}

/** As much of a search as is read. */
function textOf(query: URLSearchParams): string {
  return (query.get('q') ?? '').slice(0, 1000);
}

/** What a request asks for by `q`, `state`, `queue` and `tag`: all of it must hold, and one must be there. @throws {OptionError} */
export function askedJobs(query: URLSearchParams, now: number): JobSearch {
  const chosen = ['state', 'queue', 'tag'].flatMap((key) => {
    const value = query.get(key) ?? '';
    if (value === '') return [];
    if (value.includes('"')) throw new OptionError(key, 'must have no quotes', value);
    return [`${key}:"${value}"`];
  });
  // They come first: a quote that somebody left open must not swallow them.
  return parseSearch([...chosen, textOf(query)].join(' '), now);
}
