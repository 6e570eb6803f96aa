import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { count, duration } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { to } from '../router.ts';
import type { Job } from '../types.ts';
import { ErrorText, now, StateBadge, Time } from './basics.tsx';

/** A column that a person may show or leave out. */
interface Column {
  readonly head: TextKey;
  readonly kind?: 'n' | 'name' | 'detail';
  readonly cell: (job: Job) => JSX.Element | string | number | undefined;
}

const NAMES = [
  'state',
  'queue',
  'attempt',
  'when',
  'created',
  'run',
  'tags',
  'key',
  'worker',
  'metadata',
  'input',
] as const;
export type ColumnName = (typeof NAMES)[number];

export const COLUMNS: Readonly<Record<ColumnName, Column>> = {
  state: {
    head: 'state',
    cell: ({ state, isBlocked }) => <StateBadge state={state} isBlocked={isBlocked} />,
  },
  queue: { head: 'queue', kind: 'name', cell: queueOf },
  attempt: { head: 'attempt', kind: 'n', cell: ({ attempt }) => count(attempt) },
  when: { head: 'when', cell: (job) => <Time at={whenOf(job)} /> },
  created: { head: 'created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  run: { head: 'runTime', kind: 'n', cell: runOf },
  tags: { head: 'tags', kind: 'name', cell: tagsOf },
  key: { head: 'key', kind: 'name', cell: keysOf },
  worker: { head: 'worker', cell: ({ worker }) => <code class="id">{worker ?? ''}</code> },
  metadata: { head: 'metadata', kind: 'detail', cell: ({ metadata }) => short(metadata) },
  input: { head: 'input', kind: 'detail', cell: inputOf },
};

const STORED = 'linstock:columns';
const USUAL: readonly ColumnName[] = ['state', 'queue', 'attempt', 'when', 'input'];

function stored(): readonly ColumnName[] {
  const names = localStorage.getItem(STORED)?.split(',');
  return names === undefined ? USUAL : NAMES.filter((name) => names.includes(name));
}

/** What is shown of jobs beside their names. */
export const columns = signal(stored());

function toggle(name: ColumnName): void {
  const shown = columns.value;
  columns.value = NAMES.filter((one) => (one === name ? !shown.includes(name) : shown.includes(one)));
  localStorage.setItem(STORED, columns.value.join(','));
}

/** The choice of columns. */
export function ColumnChoice() {
  return (
    <details class="choice">
      <summary>{t('columns')}</summary>
      <div>
        {NAMES.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={columns.value.includes(name)} onChange={() => toggle(name)} />{' '}
            {t(COLUMNS[name].head)}
          </label>
        ))}
      </div>
    </details>
  );
}

/** When a job did what its state says. */
function whenOf(job: Job): number | undefined {
  if (job.state === 'scheduled') return job.dueAt;
  if (job.state === 'processing') return job.startedAt;
  if (job.state === 'enqueued' || job.state === 'awaiting') return job.createdAt;
  return job.history.at(-1)?.endedAt ?? job.createdAt;
}

/** How long it runs, or its last attempt took. */
function runOf({ history, startedAt }: Job): string {
  if (startedAt !== undefined) return duration(now.value - startedAt);
  const last = history.findLast(({ attempt }) => attempt !== undefined);
  return last === undefined || last.endedAt < last.startedAt ? '' : duration(last.endedAt - last.startedAt);
}

function queueOf({ queue, priority }: Job): JSX.Element {
  return (
    <>
      {queue} {priority !== 'normal' && <span class="badge">{t(priority)}</span>}
    </>
  );
}

function tagsOf({ tags }: Job): JSX.Element {
  return (
    <>
      {tags.map((tag) => (
        <a class="badge" key={tag} href={to(['jobs'], { tag })}>
          {tag}
        </a>
      ))}
    </>
  );
}

const LOCKS = ['unique', 'key', 'debounce', 'throttle'] as const;

/** Stands for what is not shown. */
const MASK = '•••';

/** The keys that tie a job, each with where one sees who has it now. What is masked leads nowhere. */
export function keyLinks({ name: job, keys }: Job): readonly Readonly<Record<string, string>>[] {
  return [
    ...LOCKS.flatMap((kind) => ({ kind, job, key: keys[kind] ?? MASK })),
    ...[...keys.limits, ...keys.rates].map((key) => ({ kind: 'limit', key })),
  ].filter(({ key }) => key !== MASK);
}

function keysOf(job: Job): JSX.Element {
  return (
    <>
      {keyLinks(job).map((link) => (
        <a class="badge" dir="auto" key={JSON.stringify(link)} href={to(['limits'], link)}>
          {link['key']}
        </a>
      ))}
    </>
  );
}

function short(value: unknown): JSX.Element {
  return <code>{JSON.stringify(value)?.slice(0, 120)}</code>;
}

/** Why it failed, where it did; else what it was given. */
function inputOf({ error, input }: Job): JSX.Element {
  if (error === undefined) return short(input);
  return (
    <span class="bad-text">
      <ErrorText name={error.name} message={error.message} />
    </span>
  );
}
