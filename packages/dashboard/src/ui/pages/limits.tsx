import { count } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { Empty } from '../parts/basics.tsx';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { to } from '../router.ts';
import type { Block } from '../types.ts';

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
        <code>{key}</code>
      </td>
      <td class="n">
        <strong>{count(waiting)}</strong>
      </td>
      <td class="n">{running === undefined ? '–' : count(running)}</td>
      <td>
        {holders.map((id) => (
          <JobLink key={id} id={id} />
        ))}
      </td>
      <td>{next !== undefined && <JobLink id={next} />}</td>
    </tr>
  );
}

/** What jobs wait for that are set apart from their queues, and who has it. */
export function Limits() {
  const { data, error } = useData<{ blocks: readonly Block[] }>('limits');
  return (
    <>
      <h1>{t('limits')}</h1>
      <Trouble error={error} />
      {data?.blocks.length === 0 && <Empty text="noLimits" hint="noLimitsHint" />}
      {data !== undefined && data.blocks.length > 0 && (
        <Table
          heads={[
            t('kind'),
            t('key'),
            numeric(t('waiting')),
            numeric(t('running')),
            t('heldBy'),
            t('nextInLine'),
          ]}
        >
          {data.blocks.map((block) => (
            <Row key={`${block.kind}:${block.key}`} block={block} />
          ))}
        </Table>
      )}
    </>
  );
}
