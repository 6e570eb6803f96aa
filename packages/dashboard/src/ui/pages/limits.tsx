import { useState } from 'preact/hooks';
import { count } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { Empty } from '../parts/basics.tsx';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { go, place, to } from '../router.ts';
import type { Block } from '../types.ts';
import { OneLimit, OneLock } from './limit-one.tsx';

const KINDS = { limit: 'kindLimit', rate: 'kindRate', name: 'kindName' } as const satisfies Record<
  Block['kind'],
  TextKey
>;

function JobLink({ id }: { id: string }) {
  return (
    <a class="badge" href={to(['jobs', id])}>
      <code>{id.slice(-8)}</code>
    </a>
  );
}

function Row({ block }: { block: Block }) {
  const { kind, key, waiting, running, holders, next } = block;
  return (
    <tr>
      <td>{t(KINDS[kind])}</td>
      <td class="name">
        {kind === 'name' ? (
          <code>{key}</code>
        ) : (
          <a href={to(['limits'], { kind: 'limit', key })}>
            <code>{key}</code>
          </a>
        )}
      </td>
      <td class="n">
        <strong>{count(waiting)}</strong>
      </td>
      <td>
        <span>
          {running !== undefined && count(running)}{' '}
          {holders.map((id) => (
            <JobLink key={id} id={id} />
          ))}
        </span>
      </td>
      <td>
        <span>{next !== undefined && <JobLink id={next} />}</span>
      </td>
    </tr>
  );
}

const LOOKED_UP = {
  limit: 'kindBoth',
  unique: 'kindUnique',
  key: 'kindIdempotency',
  debounce: 'kindDebounce',
  throttle: 'kindThrottle',
} as const satisfies Record<string, TextKey>;

/** Asks for a key, waited for or not. */
function LookUp() {
  const { query } = place.value;
  const [of, set] = useState({ kind: 'limit', job: '', key: '', ...Object.fromEntries(query) });
  const field = (name: keyof typeof of) => ({
    value: of[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      set({ ...of, [name]: event.currentTarget.value }),
  });
  const look = (event: Event): void => {
    event.preventDefault();
    go(['limits'], { ...of, job: of.kind === 'limit' ? '' : of.job });
  };
  return (
    <form class="toolbar" onSubmit={look}>
      <select {...field('kind')} aria-label={t('kind')}>
        {Object.entries(LOOKED_UP).map(([kind, text]) => (
          <option key={kind} value={kind}>
            {t(text)}
          </option>
        ))}
      </select>
      {of.kind !== 'limit' && (
        <input {...field('job')} placeholder={t('name')} aria-label={t('name')} required />
      )}
      <input {...field('key')} placeholder={t('key')} aria-label={t('key')} required />
      <button type="submit">{t('lookUp')}</button>
      <a href={to(['search'], { q: 'unique:*' })}>{t('allUnique')}</a>
    </form>
  );
}

/** What was asked for. */
function Found() {
  const { kind, job = '', key } = Object.fromEntries(place.value.query);
  if (kind === undefined || key === undefined) return null;
  if (kind === 'limit') return <OneLimit name={key} key={key} />;
  return <OneLock of={{ kind, job, key }} key={`${kind}:${job}:${key}`} />;
}

/** What jobs wait for that are set apart from their queues, and who has it. */
export function Limits() {
  const { data, error } = useData<{ blocks: readonly Block[] }>('limits');
  return (
    <>
      <h1>{t('limits')}</h1>
      <LookUp key={place.value.query.toString()} />
      <Found />
      <Trouble error={error} />
      {data?.blocks.length === 0 && <Empty text="noLimits" hint="noLimitsHint" />}
      {data !== undefined && data.blocks.length > 0 && (
        <Table heads={[t('kind'), t('key'), numeric(t('waiting')), t('heldBy'), t('nextInLine')]}>
          {data.blocks.map((block) => (
            <Row key={`${block.kind}:${block.key}`} block={block} />
          ))}
        </Table>
      )}
    </>
  );
}
