import { effect } from '@preact/signals';
import { render } from 'preact';
import { refreshSession, session } from './api.ts';
import { dressPage, loadLanguage, loadMoreTexts, t } from './i18n.ts';
import { overlay, startKeys } from './keys.ts';
import { startLive } from './live.ts';
import { Jobs } from './pages/jobs.tsx';
import { Overview } from './pages/overview.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { later } from './parts/later.tsx';
import { Toasts } from './parts/toasts.tsx';
import { place } from './router.ts';
import { Menu, Top } from './shell.tsx';
import { dressTheme } from './theme.ts';
import './style.css';

/** All but the first pages come with one script of their own. */
const Overlay = later(async () => (await import('./parts/overlay.tsx')).Overlay);
const MorePages = later(async () => {
  const [pages] = await Promise.all([import('./more-pages.tsx'), loadMoreTexts()]);
  return pages.MorePages;
});

function Page() {
  const { path } = place.value;
  const [page = '', id] = path;
  if (page === '') return <Overview />;
  if (page === 'jobs' && id === undefined) return <Jobs />;
  return <MorePages page={page} id={id} />;
}

function App() {
  const current = session.value;
  if (current === undefined) return <p class="muted loading">{t('loading')}…</p>;
  if (current.user === null) return <SignIn />;
  return (
    <div class="shell">
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>('#content')?.focus()}
      >
        {t('skipToContent')}
      </button>
      <Menu />
      <div class="body">
        <Top />
        <main id="content" tabIndex={-1}>
          <Page />
        </main>
      </div>
      <Toasts />
      {overlay.value !== undefined && <Overlay />}
    </div>
  );
}

async function start(): Promise<void> {
  dressTheme();
  effect(dressPage);
  const asked = refreshSession().catch(() => undefined);
  await loadLanguage();
  const root = document.querySelector('#app');
  if (root !== null) render(<App />, root);
  startKeys();
  await asked;
  startLive();
}

void start();
