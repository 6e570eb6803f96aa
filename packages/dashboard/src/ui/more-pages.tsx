import type { JSX } from 'preact';
import { isOpen } from './api.ts';
import { later } from './parts/later.tsx';
import { Audit } from './pages/audit.tsx';
import { BatchOne, Batches, Operations } from './pages/batches.tsx';
import { Errors } from './pages/errors.tsx';
import { Job } from './pages/job.tsx';
import { Limits } from './pages/limits.tsx';
import { NewJob } from './pages/new-job.tsx';
import { QueueOne } from './pages/queue.tsx';
import { Queues } from './pages/queues.tsx';
import { RecurringForm } from './pages/recurring-form.tsx';
import { RecurringList, RecurringOne } from './pages/recurring.tsx';
import { SearchResults } from './pages/search.tsx';
import { Servers } from './pages/servers.tsx';
import { Workers } from './pages/workers.tsx';
import { Empty } from './parts/basics.tsx';
import { place } from './router.ts';

const Alerts = later(async () => (await import('./pages/alerts.tsx')).Alerts);

interface Props {
  readonly page: string;
  readonly id: string | undefined;
}

/** Pages by the first part of their address; those that show one thing take the second. */
const PAGES: Readonly<Record<string, (id: string | undefined) => JSX.Element>> = {
  jobs: (id = '') => <Job id={id} key={id} />,
  search: () => <SearchResults />,
  errors: () => <Errors />,
  queues: (name) => (name === undefined ? <Queues /> : <QueueOne name={name} key={name} />),
  recurring: (id) => recurring(id),
  batches: (id) => (id === undefined ? <Batches /> : <BatchOne id={id} key={id} />),
  workers: () => <Workers />,
  operations: () => <Operations />,
  limits: () => <Limits />,
  alerts: (id) => <Alerts id={id} />,
  audit: () => <Audit />,
  redis: () => <Servers />,
  new: () => <NewJob />,
};

function recurring(id: string | undefined): JSX.Element {
  if (place.value.query.has('form')) return <RecurringForm id={id} key={id ?? ''} />;
  return id === undefined ? <RecurringList /> : <RecurringOne id={id} key={id} />;
}

/** Any page but the first ones. */
export function MorePages({ page, id }: Props) {
  const show = isOpen(page) && Object.hasOwn(PAGES, page) ? PAGES[page] : undefined;
  if (show !== undefined) return show(id);
  return (
    <>
      <h1>404</h1>
      <Empty text="notFound" />
    </>
  );
}
