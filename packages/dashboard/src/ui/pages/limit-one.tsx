import { may, post } from '../api.ts';
import { count, duration } from '../format.ts';
import { t } from '../i18n.ts';
import { Card, Empty, StateBadge } from '../parts/basics.tsx';
import { SureButton } from '../parts/sure-button.tsx';
import { Table } from '../parts/table.tsx';
import { attempt } from '../parts/toasts.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { to } from '../router.ts';
import type { LimitOfKey, Lock, PlaceOfLimit } from '../types.ts';

/** A button of this page: asks, does it, and reads again. */
function Change({
  text,
  path,
  body,
  reload,
}: {
  text: string;
  path: string;
  body: object;
  reload: () => void;
}) {
  if (!may('steer')) return null;
  const run = async (): Promise<void> => {
    await attempt(text, () => post(`limits/${path}`, body));
    reload();
  };
  return <SureButton text={text} onSure={() => void run()} />;
}

function Place({ place, children }: { place: PlaceOfLimit; children: preact.ComponentChildren }) {
  const { job, worker, right } = place;
  return (
    <tr>
      <td class="name">
        <a href={to(['jobs', job])}>
          <code>{job}</code>
        </a>
      </td>
      <td>
        <code>{worker ?? '–'}</code>
      </td>
      <td>{t(`right_${right ?? 'none'}`)}</td>
      <td class="buttons">{children}</td>
    </tr>
  );
}

/** What is held by a key of a limit or a rate. */
export function OneLimit({ name }: { name: string }) {
  const { data, error, reload } = useData<{ limit: LimitOfKey }>(
    `limits/key?${new URLSearchParams({ key: name })}`,
  );
  if (data === undefined) return <Pending error={error} />;
  const { key, taken, places, waiting, waitingForRate, isCounting } = data.limit;
  return (
    <Card title={key}>
      <Trouble error={error} />
      <p>
        {t('limitFacts', { taken: count(taken), waiting: count(waiting), rate: count(waitingForRate) })}{' '}
        {isCounting && <Change text={t('resetRate')} path="reset" body={{ key }} reload={reload} />}
      </p>
      {places.length > 0 && (
        <Table heads={[t('heldBy'), t('worker'), t('state'), '']}>
          {places.map((place) => (
            <Place key={place.job} place={place}>
              {place.right === undefined && (
                <Change text={t('release')} path="release" body={{ key, id: place.job }} reload={reload} />
              )}
            </Place>
          ))}
        </Table>
      )}
    </Card>
  );
}

const ALIVE: readonly (string | undefined)[] = ['scheduled', 'enqueued', 'awaiting', 'processing'];

function Holder({ lock: { id, state, expiresInMs } }: { lock: Lock }) {
  return (
    <p>
      {t('heldBy')}{' '}
      <a href={to(['jobs', id])}>
        <code>{id}</code>
      </a>{' '}
      {state === undefined ? t('gone') : <StateBadge state={state} />}{' '}
      {expiresInMs !== undefined && t('heldFor', { time: duration(expiresInMs) })}
    </p>
  );
}

/** Who has a key that one job has at a time. `of`: kind, job and key. */
export function OneLock({ of }: { of: Readonly<Record<'kind' | 'job' | 'key', string>> }) {
  const { data, error, reload } = useData<{ lock: Lock | null }>(`limits/lock?${new URLSearchParams(of)}`);
  if (data === undefined) return <Pending error={error} />;
  const { lock } = data;
  if (lock === null) return <Empty text="heldByNobody" />;
  return (
    <Card title={of.key} note={of.job}>
      <Trouble error={error} />
      <Holder lock={lock} />
      {ALIVE.includes(lock.state) ? (
        <p class="muted">{t('releaseHint')}</p>
      ) : (
        <Change text={t('release')} path="unlock" body={of} reload={reload} />
      )}
    </Card>
  );
}
