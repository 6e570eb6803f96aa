import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { render } from 'preact';
import { refreshSession, session } from './api.ts';
import { dressPage, t } from './i18n.ts';
import { startLive } from './live.ts';
import { Audit } from './pages/audit.tsx';
import { BatchOne, Batches, Operations } from './pages/batches.tsx';
import { Errors } from './pages/errors.tsx';
import { Job } from './pages/job.tsx';
import { Jobs } from './pages/jobs.tsx';
import { Limits } from './pages/limits.tsx';
import { NewJob } from './pages/new-job.tsx';
import { Overview } from './pages/overview.tsx';
import { Queues } from './pages/queues.tsx';
import { RecurringForm } from './pages/recurring-form.tsx';
import { RecurringList, RecurringOne } from './pages/recurring.tsx';
import { SearchResults } from './pages/search.tsx';
import { Servers } from './pages/servers.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Workers } from './pages/workers.tsx';
import { Empty } from './parts/basics.tsx';
import { Toasts } from './parts/toasts.tsx';
import { place } from './router.ts';
import { Menu, Top } from './shell.tsx';
import { dressTheme } from './theme.ts';
import './style.css';

/** Pages by the first part of their address; those that show one thing take the second. */
const PAGES: Readonly<Record<string, (id: string | undefined) => JSX.Element>> = {
  '': () => <Overview />,
  jobs: (id) => (id === undefined ? <Jobs /> : <Job id={id} key={id} />),
  search: () => <SearchResults />,
  errors: () => <Errors />,
  queues: () => <Queues />,
  recurring: (id) => recurring(id),
  batches: (id) => (id === undefined ? <Batches /> : <BatchOne id={id} key={id} />),
  workers: () => <Workers />,
  operations: () => <Operations />,
  limits: () => <Limits />,
  audit: () => <Audit />,
  redis: () => <Servers />,
  new: () => <NewJob />,
};

function recurring(id: string | undefined): JSX.Element {
  if (place.value.query.has('form')) return <RecurringForm id={id} key={id ?? ''} />;
  return id === undefined ? <RecurringList /> : <RecurringOne id={id} key={id} />;
}

function NotFound() {
  return (
    <>
      <h1>404</h1>
      <Empty text="notFound" />
    </>
  );
}

function App() {
  const [page = '', id] = place.value.path;
  const current = session.value;
  if (current === undefined) return <p class="muted loading">{t('loading')}…</p>;
  if (current.user === null) return <SignIn />;
  const show = Object.hasOwn(PAGES, page) ? PAGES[page] : undefined;
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
          {show === undefined ? <NotFound /> : show(id)}
        </main>
      </div>
      <Toasts />
    </div>
  );
}

dressTheme();
effect(dressPage);
const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
await refreshSession().catch(() => undefined);
startLive();
