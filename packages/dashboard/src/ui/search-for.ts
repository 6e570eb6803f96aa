import { go } from './router.ts';

/** What a search leads to: an id to its job, `tag:` and `queue:` alone to a list, anything else to a search. */
export function searchFor(text: string): void {
  const wanted = text.trim();
  const [, kind, value = ''] = /^(tag|queue):([^\s"]+)$/.exec(wanted) ?? [];
  if (kind === 'tag') go(['jobs'], { tag: value });
  else if (kind === 'queue') go(['jobs'], { state: 'enqueued', queue: value });
  else if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(wanted)) go(['jobs', wanted]);
  else if (wanted !== '') go(['search'], { q: wanted });
}
