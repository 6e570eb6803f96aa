import { useEffect, useRef } from 'preact/hooks';
import { session, signOut } from './api.ts';
import { count, isUtc } from './format.ts';
import type { TextKey } from './i18n.ts';
import { choose, language, LANGUAGE_NAMES, t } from './i18n.ts';
import { pulse, trouble } from './live.ts';
import { say } from './parts/toasts.tsx';
import { go, place, to } from './router.ts';
import { theme, toggleTheme } from './theme.ts';
import logo from './favicon.svg';

/** Pages of the menu: their path, their text, and the key that follows `g`. */
const MENU: readonly (readonly [path: string, text: TextKey, key: string])[] = [
  ['', 'overview', 'o'],
  ['jobs', 'jobs', 'j'],
  ['errors', 'errors', 'e'],
  ['queues', 'queues', 'q'],
  ['recurring', 'recurring', 'r'],
  ['batches', 'batches', 'b'],
  ['workers', 'workers', 'w'],
  ['operations', 'operations', 'p'],
  ['limits', 'limits', 'l'],
  ['audit', 'audit', 'a'],
  ['redis', 'redis', 'd'],
];

/** What a search leads to: an id to its job, `tag:` and `queue:` alone to a list, anything else to a search. */
function search(text: string): void {
  const wanted = text.trim();
  const [, kind, value = ''] = /^(tag|queue):([^\s"]+)$/.exec(wanted) ?? [];
  if (kind === 'tag') go(['jobs'], { tag: value });
  else if (kind === 'queue') go(['jobs'], { state: 'enqueued', queue: value });
  else if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(wanted)) go(['jobs', wanted]);
  else if (wanted !== '') go(['search'], { q: wanted });
}

/** The menu, with the numbers that call for somebody. */
export function Menu() {
  const now = pulse.value;
  const current = place.value.path[0] ?? '';
  const menu = useRef<HTMLElement>(null);
  // On a phone the menu is a line that scrolls.
  useEffect(() => {
    menu.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  const numbers: Readonly<Record<string, number | undefined>> = {
    errors: now?.counts.failed,
    workers: now?.workers.length,
  };
  return (
    <nav ref={menu} class="menu" aria-label="Linstock">
      <a class="brand" href={to([])}>
        <img src={logo} width="26" height="26" alt="" />
        <span>Linstock</span> <small title={session.value?.title ?? undefined}>{session.value?.title}</small>
      </a>
      {MENU.map(([path, text]) => (
        <a
          key={path}
          href={to(path === '' ? [] : [path])}
          aria-current={path === current ? 'page' : undefined}
        >
          {t(text)}
          {(numbers[path] ?? 0) > 0 && (
            <span class={`n ${path === 'errors' ? 'bad-text' : ''}`}>{count(numbers[path] ?? 0)}</span>
          )}
        </a>
      ))}
      <a class="button primary" href={to(['new'])}>
        + {t('newJob')}
      </a>
    </nav>
  );
}

function Settings() {
  const user = session.value?.user ?? null;
  const utc = (): void => {
    isUtc.value = !isUtc.value;
    localStorage.setItem('linstock:utc', isUtc.value ? '1' : '0');
  };
  return (
    <div class="settings">
      <select
        aria-label={t('language')}
        value={language.value}
        onChange={(event) => void choose(event.currentTarget.value)}
      >
        {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="quiet" onClick={utc}>
        {isUtc.value ? t('utc') : t('localTime')}
      </button>
      <button type="button" class="quiet" onClick={toggleTheme} aria-label={t('theme')}>
        {theme.value === 'dark' ? '☾' : '☀'}
      </button>
      <button type="button" class="quiet keys" onClick={() => say(t('keysHelp'))} aria-label={t('keys')}>
        ?
      </button>
      {session.value?.readOnly === true && <span class="badge">{t('readOnly')}</span>}
      {user !== null && (
        <button type="button" class="quiet user" onClick={() => void signOut()} title={user.name}>
          <span>{user.name}</span> <span>{t('signOut')}</span>
        </button>
      )}
    </div>
  );
}

/** Search, settings, and what is wrong with Redis. */
export function Top() {
  const field = useRef<HTMLInputElement>(null);
  useKeys(field);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    search(field.current?.value ?? '');
  };
  return (
    <header class="top">
      <form role="search" onSubmit={submit}>
        <input ref={field} type="search" placeholder={t('searchHint')} aria-label={t('search')} />
      </form>
      <Settings />
      {trouble.value !== undefined && (
        <p class="trouble" role="alert">
          <strong>{t('redisDown')}</strong> · <code>{trouble.value.code}</code> {trouble.value.message}
        </p>
      )}
    </header>
  );
}

/** `g` and a letter: a page; `/`: search; `t`: theme; `?`: help. Not while somebody writes. */
function useKeys(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    let isGoing = false;
    const onKey = (event: KeyboardEvent): void => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      if (ctrlKey || metaKey || altKey || (target as HTMLElement).matches('input, textarea, select')) return;
      const page = isGoing ? MENU.find(([, , letter]) => letter === key) : undefined;
      isGoing = key === 'g';
      if (page !== undefined) go(page[0] === '' ? [] : [page[0]]);
      else if (key === 't') toggleTheme();
      else if (key === '?') say(t('keysHelp'));
      else if (key === '/') {
        event.preventDefault();
        field.current?.focus();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
