import { may, post } from '../api.ts';
import { ago, count, duration, instant, isInstant } from '../format.ts';
import { t } from '../i18n.ts';
import { Activity } from '../parts/activity.tsx';
import { AttemptDiff } from '../parts/attempt-diff.tsx';
import { Card, Empty, ErrorText, now, StateBadge, Time } from '../parts/basics.tsx';
import type { Verb } from '../parts/job-actions.tsx';
import { VERB_TEXT, Verbs } from '../parts/job-actions.tsx';
import { Copy, Json } from '../parts/json.tsx';
import type { PlaceForm } from '../parts/place-dialog.tsx';
import { sentenceOf } from '../parts/why-sentence.ts';
import { attempt } from '../parts/toasts.tsx';
import { COLUMNS, keyLinks } from '../parts/job-columns.tsx';
import { useData } from '../parts/use-data.ts';
import { go, to } from '../router.ts';
import type {
  Activity as ActivityData,
  HistoryEntry,
  Job as JobData,
  Leftover,
  State,
  Why,
} from '../types.ts';
import { leftoverText } from './workers.tsx';
import { Pending } from '../parts/trouble.tsx';

/** Stands where a value is not shown; a copy of the job has it all the same. */
const MASK = '"•••"';

/** A job as a command that enqueues one like it. */
function commandOf({ id, name, queue, input }: JobData): string {
  const json = JSON.stringify(input).replaceAll("'", String.raw`'\''`);
  if (json.includes(MASK)) return `linstock job copy ${id}`;
  return `linstock job enqueue ${name} '${json}' --queue ${queue}`;
}

/** The same in a program. JSON is JavaScript. */
function codeOf({ id, name, queue, priority, input }: JobData): string {
  const json = JSON.stringify(input, undefined, 2);
  if (json.includes(MASK)) return `await client.copy('${id}');\n`;
  return `const job = defineJob({ name: '${name}' });\nawait client.enqueue(job, ${json}, { queue: '${queue}', priority: '${priority}' });\n`;
}

function Buttons({ job, onDone }: { job: JobData; onDone: () => void }) {
  const act = async (verb: Verb, form: PlaceForm = {}): Promise<void> => {
    const send = () => post(`jobs/${encodeURIComponent(job.id)}/${verb}`, form);
    if (!(await attempt(t(VERB_TEXT[verb]), send))) return;
    if (verb === 'delete') go(['jobs'], { state: job.state });
    else onDone();
  };
  return (
    <div class="toolbar">
      {may('steer') && <Verbs states={[job.state]} onSend={(verb, form) => void act(verb, form)} />}
      {may('steer', 'new') && (
        <a class="button" href={to(['new'], { like: job.id })}>
          {t('editAsNew')}
        </a>
      )}
      <Copy text={commandOf(job)}>{t('copyCommand')}</Copy>
      <Copy text={codeOf(job)}>{t('copyCode')}</Copy>
    </div>
  );
}

/** How what a job waited for has ended, by the letter of its state. */
const ENDS: Readonly<Record<string, State>> = { D: 'succeeded', F: 'failed', C: 'cancelled' };

function linkTo(path: 'batches' | 'jobs', id: string) {
  return (
    <a key={id} href={to([path, id])}>
      <code>{id}</code>{' '}
    </a>
  );
}

function Entry({ entry, before }: { entry: HistoryEntry; before: number }) {
  const detail = entry.detail as
    | { message?: string; by?: string; why?: string; reason?: string; parent?: string; state?: string }
    | undefined;
  const parentState = ENDS[detail?.state ?? ''];
  const took = entry.startedAt > 0 ? entry.endedAt - entry.startedAt : undefined;
  return (
    <li class={entry.what}>
      <strong>{t(entry.what)}</strong>
      {entry.attempt !== undefined && (
        <span class="muted">
          {' '}
          · {t('attempt')} {count(entry.attempt)}
        </span>
      )}
      {took !== undefined && <span class="muted"> · {duration(took)}</span>}
      {entry.worker !== undefined && (
        <>
          {' '}
          <code class="muted">{entry.worker}</code>
        </>
      )}
      <span class="when">
        <Time at={entry.endedAt} />{' '}
        {before > 0 && <span class="muted">+{duration(entry.endedAt - before)}</span>}
      </span>
      {detail?.message !== undefined && <p class="bad-text">{detail.message}</p>}
      {detail?.by !== undefined && (
        <p class="muted">
          {detail.by}
          {detail.why && `: ${detail.why}`}
        </p>
      )}
      {detail?.parent ? (
        <p class="muted">
          {t('waitsFor')}: {linkTo('jobs', detail.parent)}
          {parentState && <StateBadge state={parentState} />}
        </p>
      ) : (
        detail?.reason && <p class="muted">{detail.reason}</p>
      )}
    </li>
  );
}

type Fact = readonly [string, preact.ComponentChildren];

/** What a job is tied to. */
function relationsOf(job: JobData): readonly Fact[] {
  const { batch, parents, tags } = job;
  return [
    [t('batch'), batch && linkTo('batches', batch)],
    [t('waitsFor'), parents.map((id) => linkTo('jobs', id))],
    [t('key'), keyLinks(job).length > 0 && COLUMNS.key.cell(job)],
    [
      t('tags'),
      tags.map((tag) => (
        <a class="badge" key={tag} href={to(['jobs'], { tag })}>
          {tag}
        </a>
      )),
    ],
  ];
}

function Facts({ job }: { job: JobData }) {
  const most = job.options['maxAttempts'];
  const facts: readonly Fact[] = [
    [t('id'), <code key="id">{job.id}</code>],
    [
      t('queue'),
      <a key="queue" href={to(['queues', job.queue])}>
        {job.queue}
      </a>,
    ],
    [t('priority'), t(job.priority)],
    [t('attempt'), count(job.attempt) + (typeof most === 'number' ? ` / ${count(most)}` : '')],
    [t('created'), <Time key="created" at={job.createdAt} />],
    [t('due'), job.dueAt && <Time key="due" at={job.dueAt} />],
    [t('worker'), job.worker && <code key="worker">{job.worker}</code>],
    ...relationsOf(job),
  ];
  return (
    <dl class="facts">
      {facts.filter(isThere).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function isThere([, value]: Fact): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** For how long it runs, and where; or that nobody runs it any more. */
function Running({ job: { startedAt, worker }, why }: { job: JobData; why: readonly Why[] }) {
  const on = why[0]?.host ?? worker ?? '';
  if (why[0]?.isWorkerAlive === false) {
    const { leaseEndedAt: at } = why[0];
    const when = isInstant(at) ? ago(at, now.value) : '–';
    return <p class="trouble">{t('workerGone', { worker: on, when })}</p>;
  }
  if (startedAt === undefined) return null;
  return (
    <p>
      <a href={to(['workers'])} title={instant(startedAt)}>
        {t('runningFor', { time: duration(now.value - startedAt), worker: on })}
      </a>
    </p>
  );
}

/** What the page says anyway: of a failure it shows the error. */
const IS_SAID = new Set(['SUCCEEDED', 'CANCELLED', 'RUNNING', 'FAILED']);
const JOB_ID = /\b([0-9A-HJKMNP-TV-Z]{26})\b/;

/** A reason, in which the jobs that it names can be gone to. */
function Linked({ text }: { text: string }) {
  return text.split(JOB_ID).map((part, i) =>
    i % 2 === 0 ? (
      part
    ) : (
      <a key={part} href={to(['jobs', part])}>
        <code>{part}</code>
      </a>
    ),
  );
}

/** Why a job does not run. */
function Reasons({ job, why }: { job: JobData; why: readonly Why[] }) {
  const reasons = why.filter(({ code }) => !IS_SAID.has(code));
  if (reasons.length === 0 || job.state === 'processing') return null;
  return (
    <Card title={t('why')}>
      <ul class="why">
        {reasons.map((reason) => (
          <li key={reason.code + reason.message}>
            <code>{reason.code}</code>{' '}
            <bdi title={reason.message}>
              <Linked text={sentenceOf(reason, job.queue)} />
            </bdi>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Failure({ error }: { error: NonNullable<JobData['error']> }) {
  return (
    <Card title={t('error')}>
      <p class="bad-text">
        <ErrorText name={error.name} message={error.message} />
      </p>
      {error.stack !== undefined && (
        <details>
          <summary>{t('stack')}</summary>
          <pre>{error.stack}</pre>
        </details>
      )}
    </Card>
  );
}

/** What a job was given, and what it gave. */
function Values({ job }: { job: JobData }) {
  const options = Object.keys(job.options).length > 0 ? job.options : undefined;
  const values = [
    ['input', job.input],
    ['result', job.result],
    ['metadata', job.metadata],
    ['options', options],
  ] as const;
  return (
    <div class="columns even">
      {values
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <Card key={name} title={t(name)}>
            <Json value={value} />
          </Card>
        ))}
    </div>
  );
}

function History({ job }: { job: JobData }) {
  return (
    <Card title={t('history')}>
      <ol class="timeline">
        <li class="created">
          <strong>{t('created')}</strong>
          <span class="when">
            <Time at={job.createdAt} />
          </span>
        </li>
        {job.history.map((entry, i) => (
          <Entry key={i} entry={entry} before={job.history[i - 1]?.endedAt ?? job.createdAt} />
        ))}
      </ol>
    </Card>
  );
}

interface Shown {
  readonly job: JobData;
  readonly why: readonly Why[];
  readonly activity: ActivityData;
  readonly leftover?: Leftover;
}

/** All about one job: what it is, what happened to it, and why it does not run. */
export function Job({ id }: { id: string }) {
  const { data, error, reload } = useData<Shown>(`jobs/${encodeURIComponent(id)}`, {
    everyMs: 1000,
  });
  if (data === undefined)
    return (
      <>
        {error !== undefined && (
          <h1>
            <code>{id}</code>
          </h1>
        )}
        <Pending error={error} />
      </>
    );
  const { job, why, activity, leftover } = data;
  if (job.damaged) return <Empty text="damaged" />;
  return (
    <>
      <h1>
        {job.displayName ?? job.name} <StateBadge state={job.state} isBlocked={job.isBlocked} />
      </h1>
      <Running job={job} why={why} />
      {leftover && <p class="trouble">{leftoverText(leftover)}</p>}
      <Buttons job={job} onDone={reload} />
      <Facts job={job} />
      <Reasons job={job} why={why} />
      {job.error !== undefined && <Failure error={job.error} />}
      <AttemptDiff job={job} />
      <Activity activity={activity} />
      <Values job={job} />
      <History job={job} />
      <details class="raw">
        <summary>{t('raw')}</summary>
        <pre>{JSON.stringify(job, undefined, 2)}</pre>
      </details>
    </>
  );
}
