import { outlook } from '../backlog.ts';
import { useState } from 'preact/hooks';
import { isOpen } from '../api.ts';
import { count, counted, duration, pace } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Card } from '../parts/basics.tsx';
import { RateChart } from '../parts/chart.tsx';
import { History } from '../parts/history.tsx';
import { to } from '../router.ts';
import { slotsOf } from './workers.tsx';
import type { Attention, Pulse } from '../types.ts';
import { STATES } from '../types.ts';

/** Where one goes to do something about it. */
function placeFor({ code, about, names, job }: Attention): string {
  if (names !== undefined && /^(QUEUE|SUSP|BLOCKED)/.test(code))
    return to(['queues'], { only: code.replace('QUEUE_', '').toLowerCase() });
  if (code === 'FAILED') return to(['errors']);
  if (code === 'ALERT') return to(['alerts']);
  if (code === 'FAILING') return to(['search'], { q: `state:failed name:${about}` });
  if (/WORKER|LOOP/.test(code)) return to(['workers']);
  if (job !== undefined) return to(['recurring', about]);
  if (code.startsWith('TICKS')) return to(['recurring'], { state: code.slice(6).toLowerCase() });
  if (/PAUSED|LONG/.test(code)) return to(['queues', about]);
  if (code === 'BLOCKED') return to(['limits']);
  if (/EVICTION|MEMORY|NO_LOG|DISK/.test(code)) return to(['redis']);
  return to(['jobs'], { state: 'enqueued', queue: about });
}

function textFor(entry: Attention): string {
  const { code, about, count: n, names, detail, since = 0 } = entry;
  if (names === undefined)
    return counted(code as TextKey, n, { about, detail, time: duration(Date.now() - since) });
  // The marks keep each as it is among right-to-left text.
  const list = names.map((name) => `\u2068${name}\u2069`).join(t('comma'));
  const more = n > names.length ? ` ${t('andMore', { count: count(n - names.length) })}` : '';
  return counted(`many_${code}` as TextKey, n, { names: list + more });
}

/** So many are shown before somebody asks for all. */
const FIRST = 8;

/** `isWhole`: everything was looked at, so that nothing found means that all is well. */
function AttentionList({ list, isWhole }: { list: readonly Attention[]; isWhole: boolean }) {
  const [most, setMost] = useState(FIRST);
  const shown = list.slice(0, most);
  return (
    <>
      {isWhole && list.every(({ level }) => level === 'info') && <p class="well">✓ {t('allWell')}</p>}
      {!isWhole && <a href={to(['errors'])}>{t('errors')}</a>}
      <ul class="attention">
        {shown.map((entry) => (
          <li key={entry.code + entry.about} class={entry.level}>
            <a href={placeFor(entry)}>{textFor(entry)}</a>
            {entry.job && <a href={to(['jobs', entry.job])}>{entry.job}</a>}
          </li>
        ))}
      </ul>
      {list.length > most && (
        <button type="button" class="link" onClick={() => setMost(list.length)}>
          {t('andMore', { count: count(list.length - most) })}
        </button>
      )}
    </>
  );
}

/** Whether the backlog of what somebody works on grows, or how long it takes at the rate at which it shrinks. */
function backlogText({ queues, workers }: Pulse): string {
  const taken = new Set(workers.flatMap(({ info }) => info?.queues ?? []));
  const served = queues.filter(({ name, paused }) => paused === undefined && taken.has(name));
  const next = outlook(served);
  if (next === undefined) return '';
  if ('growsBy' in next) return t('backlogGrows', { pace: pace(next.growsBy) });
  return t('backlogEta', { time: duration(next.emptyInMs) });
}

/** Whom to look at first when the backlog grows; it may be some seconds old. */
function oldestText({ at, oldest }: Pulse): string {
  if (oldest === undefined) return '';
  return t('oldestOf', { queue: oldest.queue, time: duration(Math.max(0, at - oldest.since)) });
}

function Numbers({ now }: { now: Pulse }) {
  const slots = now.workers.reduce((sum, worker) => sum + slotsOf(worker), 0);
  const busy = now.workers.reduce((sum, { load }) => sum + (load?.running ?? 0), 0);
  return (
    <div class="numbers">
      {STATES.map((state) => {
        const jobs = now.counts[state];
        return (
          jobs !== undefined && (
            <a class={`tile ${state}`} key={state} href={to(['jobs'], { state })}>
              <strong>{count(jobs)}</strong>
              <span>{t(state)}</span>
            </a>
          )
        );
      })}
      {isOpen('workers') && (
        <a class="tile" href={to(['workers'])}>
          <strong>{count(now.workers.length)}</strong>
          <span>{t('workers')}</span>
          <small>{t('slotsBusy', { busy: count(busy), all: count(slots) })}</small>
        </a>
      )}
    </div>
  );
}

/** Is it healthy, what fails, what waits: in ten seconds. */
export function Overview() {
  const now = pulse.value;
  if (now === undefined) return <p class="muted">{t('loading')}…</p>;
  const deepest = now.queues.toSorted((a, b) => b.enqueued - a.enqueued).slice(0, 8);
  const most = Math.max(1, ...deepest.map(({ enqueued }) => enqueued));
  return (
    <>
      <h1>{t('overview')}</h1>
      <Numbers now={now} />
      <div class="columns">
        {isOpen('workers') && (
          <Card title={t('throughput')} note={t('throughputNote')}>
            <RateChart />
          </Card>
        )}
        <Card title={t('attention')}>
          <AttentionList list={now.attention} isWhole={now.counts.failed !== undefined} />
        </Card>
      </div>
      {isOpen('history') && <History />}
      <Card title={t('backlog')} note={[backlogText(now), oldestText(now)].filter(Boolean).join(' · ')}>
        <ul class="depths">
          {deepest.map(({ name, enqueued, paused }) => (
            <li key={name}>
              <a href={to(['jobs'], { state: 'enqueued', queue: name })}>{name}</a>
              {paused !== undefined && <span class="badge cancelled">{t('paused')}</span>}
              <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="rest" width="100" height="6" />
                <rect class="enqueued" width={(100 * enqueued) / most} height="6" />
              </svg>
              <span class="n">{count(enqueued)}</span>
            </li>
          ))}
        </ul>
        {deepest.length === 0 && <p class="muted">{t('noQueues')}</p>}
      </Card>
    </>
  );
}
