import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { may, session, signOut } from './api.ts';
import { count, isUtc, toggleUtc } from './format.ts';
import { t } from './i18n.ts';
import { LanguageChoice } from './parts/language-choice.tsx';
import { pulse, trouble } from './live.ts';
import { overlay } from './keys.ts';
import { menu } from './menu.ts';
import { place, to } from './router.ts';
import { searchFor } from './search-for.ts';
import { theme, toggleTheme } from './theme.ts';
import logo from './favicon.svg';

/** The menu, with the numbers that call for somebody. */
export function Menu() {
  const now = pulse.value;
  const current = place.value.path[0] ?? '';
  const bar = useRef<HTMLElement>(null);
  // On a phone the menu is a line that scrolls.
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  const numbers: Readonly<Record<string, number | undefined>> = {
    errors: now?.counts.failed,
    workers: now?.workers.length,
    alerts: now?.alerts.length,
  };
  return (
    <nav ref={bar} class="menu" aria-label="Linstock">
      <a class="brand" href={to([])}>
        <img src={logo} width="26" height="26" alt="" />
        <span>Linstock</span> <small title={session.value?.title ?? undefined}>{session.value?.title}</small>
      </a>
      {menu().map(([path, text]) => (
        <a
          key={path}
          href={to(path === '' ? [] : [path])}
          aria-current={path === current ? 'page' : undefined}
        >
          {t(text)}
          {(numbers[path] ?? 0) > 0 && (
            <span class={`n ${path === 'workers' ? '' : 'bad-text'}`}>{count(numbers[path] ?? 0)}</span>
          )}
        </a>
      ))}
      {may('steer', 'new') && (
        <a class="button primary" href={to(['new'])}>
          + {t('newJob')}
        </a>
      )}
    </nav>
  );
}

function Settings() {
  const user = session.value?.user ?? null;
  return (
    <div class="settings">
      <LanguageChoice />
      <button type="button" class="quiet" onClick={toggleUtc}>
        {isUtc.value ? t('utc') : t('localTime')}
      </button>
      <button type="button" class="quiet" onClick={toggleTheme} aria-label={t('theme')}>
        {theme.value === 'dark' ? '☾' : '☀'}
      </button>
      <button
        type="button"
        class="quiet keys"
        onClick={() => (overlay.value = 'palette')}
        aria-label={t('palette')}
      >
        ⌘
      </button>
      <button
        type="button"
        class="quiet keys"
        onClick={() => (overlay.value = 'keys')}
        aria-label={t('keys')}
      >
        ?
      </button>
      {session.value?.readOnly === true && <span class="badge">{t('readOnly')}</span>}
      {session.value?.canSignOut ? (
        <button type="button" class="quiet user" onClick={() => void signOut()} title={user?.name}>
          <span>{user?.name}</span> <span>{t('signOut')}</span>
        </button>
      ) : (
        <span class="user" title={user?.name}>
          <span>{user?.name}</span>
        </span>
      )}
    </div>
  );
}

/** Search, settings, and what is wrong with Redis. */
export function Top() {
  const field = useRef<HTMLInputElement>(null);
  const { path, query } = place.value;
  const asked = path[0] === 'search' ? (query.get('q') ?? '') : '';
  // With the page: a moment later it would undo what somebody has begun to write.
  useLayoutEffect(() => {
    if (field.current !== null) field.current.value = asked;
  }, [asked, path[0]]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    searchFor(field.current?.value ?? '');
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
