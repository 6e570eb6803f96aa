import { useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { count, duration } from '../format.ts';
import { t, textOf } from '../i18n.ts';
import type { GraphJob } from '../parts/graph.tsx';
import { Graph } from '../parts/graph.tsx';
import { BulkDialog, Stop } from '../parts/bulk.tsx';
import { VERB_TEXT } from '../parts/job-actions.tsx';
import { Bar, Card, Empty, StateBadge, Time } from '../parts/basics.tsx';
import { filterText, targetText } from '../parts/filter-text.ts';
import { SureButton } from '../parts/sure-button.tsx';
import { attempt } from '../parts/toasts.tsx';
import { useData } from '../parts/use-data.ts';
import { place, refine, to } from '../router.ts';
import type { Batch, Job, Operation } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';

function Progress({ batch }: { batch: Batch }) {
  const { succeeded, failed, cancelled, total } = batch;
  return (
    <>
      <Bar
        parts={[
          ['succeeded', succeeded],
          ['failed', failed],
          ['cancelled', cancelled],
        ]}
        total={total}
      />
      <small class="muted">
        {count(total - batch.pending)} / {count(total)}
      </small>
    </>
  );
}

/** Batches and workflows, the newest first. */
export function Batches() {
  const { data, error } = useData<{ batches: readonly Batch[] }>('batches');
  return (
    <>
      <h1>{t('batches')}</h1>
      <Trouble error={error} />
      {data?.batches.length === 0 && <Empty text="noBatches" hint="noBatchesHint" />}
      {data !== undefined && data.batches.length > 0 && (
        <Table heads={[t('name'), t('state'), t('progress'), t('created'), t('ended')]}>
          {data.batches.map((batch) => (
            <tr key={batch.id}>
              <td class="name">
                <a href={to(['batches', batch.id])}>{batch.name}</a>
                <code class="muted id">{batch.id}</code>
              </td>
              <td>
                <StateBadge state={batch.state} />
              </td>
              <td class="wide">
                <Progress batch={batch} />
              </td>
              <td>
                <Time at={batch.createdAt} />
              </td>
              <td>
                <Time at={batch.endedAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

type Member = Job | Batch | { readonly id: string };

function MemberRow({ member }: { member: Member }) {
  if (!('name' in member))
    return (
      <tr>
        <td>
          <code>{member.id}</code>
        </td>
        <td />
        <td />
      </tr>
    );
  const isBatch = 'total' in member;
  return (
    <tr>
      <td class="name">
        <a href={to([isBatch ? 'batches' : 'jobs', member.id])}>
          {(!isBatch && member.displayName) || member.name}
        </a>
        <code class="muted id">{member.id}</code>
      </td>
      <td>
        <StateBadge state={member.state} />
      </td>
      <td>
        <Time at={member.createdAt} />
      </td>
    </tr>
  );
}

function isJob(member: Member): member is Job {
  return 'parents' in member && !('total' in member);
}

/** Whether all of it can be seen, and some of its jobs wait for others of it. */
function isWorkflow(batch: Batch, members: readonly Member[]): boolean {
  const ids = new Set(members.map(({ id }) => id));
  return (
    members.length === batch.total &&
    members.some((member) => isJob(member) && member.parents.some((id) => ids.has(id)))
  );
}

const ENDS = [
  ['succeeded', 'good'],
  ['failed', 'bad'],
  ['cancelled', ''],
] as const;

function Counts({ batch }: { batch: Batch }) {
  return (
    <Card title={t('progress')} note={duration((batch.endedAt ?? Date.now()) - batch.createdAt)}>
      <Progress batch={batch} />
      <p class="legend">
        {ENDS.map(([state, colour]) => (
          <a key={state} class={colour} href={to(['search'], { q: `batch:${batch.id} state:${state}` })}>
            {t(state)} {count(batch[state])}
          </a>
        ))}
      </p>
    </Card>
  );
}

/** Batches within are not drawn. */
function drawn(member: Member): readonly GraphJob[] {
  if (isJob(member)) return [member];
  const { id } = member;
  return 'total' in member ? [] : [{ id, name: id.slice(-8), parents: [], state: 'gone' }];
}

function Drawing({ batch, members }: { batch: Batch; members: readonly Member[] }) {
  if (!isWorkflow(batch, members)) return null;
  return (
    <Card title={t('workflow')}>
      <Graph jobs={members.flatMap(drawn)} />
    </Card>
  );
}

/** So many members come at once. */
const PER_PAGE = 100;

interface MembersProps {
  readonly members: readonly Member[];
  readonly offset: number;
  readonly total: number;
}

function Pager({ members, offset, total }: MembersProps) {
  if (total <= PER_PAGE) return null;
  const end = offset + members.length;
  const turn = (from: number): void => refine({ offset: from > 0 ? String(from) : undefined });
  return (
    <div class="pager">
      <button type="button" disabled={offset === 0} onClick={() => turn(offset - PER_PAGE)}>
        {t('previous')}
      </button>
      <span>{t('page', { from: count(offset + 1), to: count(end), total: count(total) })}</span>
      <button type="button" disabled={end >= total} onClick={() => turn(end)}>
        {t('next')}
      </button>
    </div>
  );
}

function Members(props: MembersProps) {
  const { members } = props;
  return (
    <Card title={t('members')}>
      <Table heads={[t('name'), t('state'), t('created')]}>
        {members.map((member) => (
          <MemberRow key={member.id} member={member} />
        ))}
      </Table>
      <Pager {...props} />
    </Card>
  );
}

/** One batch: how far it is, and its members. */
export function BatchOne({ id }: { id: string }) {
  const offset = Number(place.value.query.get('offset') ?? 0);
  const { data, error, reload } = useData<{ batch: Batch; members: readonly Member[] }>(
    `batches/${encodeURIComponent(id)}?offset=${offset}`,
    {
      everyMs: 1000,
    },
  );
  const [isRetrying, setRetrying] = useState(false);
  if (data === undefined) return <Pending error={error} />;
  const { batch, members } = data;
  const cancel = async (): Promise<void> => {
    await attempt(t('cancel'), () => post(`batches/${encodeURIComponent(id)}/cancel`));
    reload();
  };
  return (
    <>
      <h1>
        {batch.name} <StateBadge state={batch.state} />
      </h1>
      <div class="toolbar">
        {may('steer') && batch.state === 'running' && (
          <SureButton text={t('cancel')} onSure={() => void cancel()} />
        )}
        {may('steer') && batch.failed > 0 && (
          <button type="button" onClick={() => setRetrying(true)}>
            {t('retryFailed')} …
          </button>
        )}
      </div>
      {isRetrying && (
        <BulkDialog
          filter={{ state: 'failed', batch: id }}
          verb="requeue"
          note={batch.cancelled > 0 && t('staysCancelled')}
          onClose={() => setRetrying(false)}
        />
      )}
      <Counts batch={batch} />
      <Drawing batch={batch} members={members} />
      <Members members={members} offset={offset} total={batch.total} />
    </>
  );
}

function OperationRow({ one }: { one: Operation }) {
  return (
    <tr>
      <td class="name">
        {textOf(VERB_TEXT[one.verb]) ?? one.verb}{' '}
        {one.dryRun && <span class="badge">{t('onlyCounted')}</span>}{' '}
        <code class="muted" title={JSON.stringify(one.filter)}>
          {filterText(one.filter)}
          {targetText(one.target)}
        </code>
      </td>
      <td>
        <StateBadge state={one.state} /> <Stop operation={one} />
      </td>
      <td class="n">{count(one.matched)}</td>
      <td class="n">{one.dryRun ? '–' : count(one.changed)}</td>
      <td class="detail">
        {one.by}
        <small class="muted">{one.reason}</small>
      </td>
      <td>
        <Time at={one.createdAt} />
      </td>
    </tr>
  );
}

/** What people have changed by the hundred; what was only counted, where somebody wants to see it. */
export function Operations() {
  const { data, error } = useData<{ operations: readonly Operation[] }>('operations', { everyMs: 1000 });
  const all = data?.operations ?? [];
  const isWith = place.value.query.has('counts');
  const shown = all.filter(({ dryRun }) => isWith || !dryRun);
  return (
    <>
      <h1>{t('operations')}</h1>
      <Trouble error={error} />
      {all.some(({ dryRun }) => dryRun) && (
        <label class="choices">
          <input
            type="checkbox"
            checked={isWith}
            onChange={() => refine({ counts: isWith ? undefined : '1' })}
          />
          {t('withCounts')}
        </label>
      )}
      {data !== undefined && shown.length === 0 && <Empty text="noOperations" hint="noOperationsHint" />}
      {shown.length > 0 && (
        <Table
          heads={[t('verb'), t('state'), numeric(t('matched')), numeric(t('changed')), t('by'), t('when')]}
        >
          {shown.map((one) => (
            <OperationRow key={one.id} one={one} />
          ))}
        </Table>
      )}
    </>
  );
}
