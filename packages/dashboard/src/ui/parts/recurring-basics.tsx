import { useState } from 'preact/hooks';
import { isOpen, may, post } from '../api.ts';
import { count, counted, duration } from '../format.ts';
import { t } from '../i18n.ts';
import { go, to } from '../router.ts';
import type { Recurring, Tick } from '../recurring-types.ts';
import type { State } from '../types.ts';
import { StateBadge, Time } from './basics.tsx';
import { inWords } from './cron-words.ts';
import { Paused } from './paused.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { SureButton } from './sure-button.tsx';
import { attempt } from './toasts.tsx';

interface OneProps {
  readonly one: Recurring;
}

/** When it runs: as it was written, and in words. */
export function Schedule({ one: { schedule, words } }: OneProps) {
  const { cron, every, timeZone = 'UTC' } = schedule;
  if (cron === undefined)
    return <>{every === undefined ? '–' : t('everyPeriod', { time: duration(every) })}</>;
  return (
    <>
      <code dir="ltr">{cron}</code> · {timeZone}
      {words !== undefined && <small class="muted block">{inWords(words)}</small>}
    </>
  );
}

/** Whether it is switched off, and why. */
export function Badges({ one: { paused, error } }: OneProps) {
  return (
    <>
      <Paused paused={paused} look="badge cancelled" />
      {error !== undefined && (
        <span class="badge failed" title={error.message}>
          {t('audit_disable')}
        </span>
      )}
    </>
  );
}

function JobLink({ job, state }: { readonly job: string; readonly state?: State }) {
  return (
    <a href={to(['jobs', job])}>
      {state === undefined ? <code>{job.slice(-8)}</code> : <StateBadge state={state} />}
    </a>
  );
}

/** Beyond this a run is late, ms. */
const LATE_MS = 60_000;

/** What became of a tick: the job that ran, its state and how late it was, or why none did. */
export function Run({ tick, one }: OneProps & { readonly tick: Tick | undefined }) {
  if (tick === undefined) return <span class="muted">–</span>;
  const { job, skipped, at, tick: due = at } = tick;
  return (
    <>
      <Time at={due} />{' '}
      {skipped && (
        <span class="badge cancelled">
          {t(`tick_${skipped}`)} {count(tick.count)}
        </span>
      )}{' '}
      {job ? <JobLink {...tick} job={job} /> : one.lastRun && <JobLink {...one.lastRun} />}
      <small class="muted">
        {skipped === 'missed' && ` ${t('misfire')}: ${t(`misfire_${one.policy.misfire}`)}`}
        {job && at - due > LATE_MS && ` ${t('late')}: ${duration(at - due)}`}
      </small>
    </>
  );
}

/** What was left out since the last run; leads to its job. */
export function LeftOutRuns({ one: { id, leftOut } }: OneProps) {
  if (leftOut === undefined) return null;
  const { count: n, job, since } = leftOut;
  return (
    <ul class="attention">
      <li class="warn">
        <a href={to(['jobs', job])}>
          {counted('TICKS_OVERLAP', n, { about: id, time: duration(Date.now() - since) })}
        </a>
      </li>
    </ul>
  );
}

/** What a person may do with it. */
export function Buttons({ one, onDone }: OneProps & { readonly onDone: () => void }) {
  const [isAsked, ask] = useState(false);
  if (!may('steer')) return null;
  const act = async (verb: string, text: string): Promise<void> => {
    const isDone = await attempt(`${text} ${one.id}`, () =>
      post(`recurring/${encodeURIComponent(one.id)}/${verb}`),
    );
    if (isDone && verb === 'remove') go(['recurring']);
    onDone();
  };
  const close = (): void => {
    ask(false);
    onDone();
  };
  const verb = one.paused === undefined ? 'pause' : 'resume';
  return (
    <>
      {(['trigger', verb, 'skip'] as const)
        .filter((action) => isOpen(`recurring.${action}`))
        .map((action) => {
          const text = t(action === 'skip' ? 'skipNext' : action);
          return (
            <button
              type="button"
              key={action}
              onClick={() => (action === 'pause' ? ask(true) : void act(action, text))}
            >
              {text}
            </button>
          );
        })}
      {isAsked && <ReasonDialog name={one.id} path="recurring" verb="pause" onClose={close} />}
      {may('remove', 'recurring.remove') && (
        <SureButton text={t('remove')} onSure={() => void act('remove', t('remove'))} />
      )}
    </>
  );
}
