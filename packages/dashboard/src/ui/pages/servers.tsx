import type { ComponentChildren } from 'preact';
import { bytes, count, duration, perSecond } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { Bar, Card, Time } from '../parts/basics.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import type { Server } from '../types.ts';

interface Answer {
  readonly servers: readonly Server[];
  readonly answeredInMs: number;
}

function Fact({ title, children }: { title: TextKey; children: ComponentChildren }) {
  return (
    <>
      <dt>{t(title)}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Memory({ used, limit }: { used: number; limit: number }) {
  const text = t('memoryOf', { used: bytes(used), limit: limit > 0 ? bytes(limit) : t('noLimit') });
  return (
    <>
      {limit > 0 && <Bar parts={[[used > 0.9 * limit ? 'failed' : 'processing', used]]} total={limit} />}
      {text}
    </>
  );
}

function Policy({ policy }: { policy: string }) {
  const isRight = policy === 'noeviction';
  return (
    <span class={isRight ? undefined : 'bad-text'}>
      <code>{policy}</code>: {t(isRight ? 'policyRight' : 'policyWrong')}
    </span>
  );
}

/** What took long, without its arguments. */
function Slow({ commands }: { commands: NonNullable<Server['slow']> }) {
  if (commands.length === 0) return null;
  return (
    <>
      <h3>{t('slowLog')}</h3>
      <ul class="plain">
        {commands.map(({ at, ms, command }, i) => (
          <li key={i}>
            <code>{command}</code> {duration(ms)}{' '}
            <span class="muted">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What a crash would lose, as the overview says it. */
function Loss({ server: { address: about, hasSnapshots } }: { server: Server }) {
  if (hasSnapshots === true) return <>{t('NO_LOG', { about })}</>;
  return (
    <span class="bad-text">{t(hasSnapshots === undefined ? 'DISK_UNKNOWN' : 'NO_DISK', { about })}</span>
  );
}

function One({ server }: { server: Server }) {
  const { version, mode, uptime, clients, opsPerSecond, keys, replicas } = server;
  const { memoryBytes, memoryLimitBytes = 0, evictionPolicy, hasAppendOnlyFile } = server;
  const said = <T,>(value: T | undefined, show: (value: T) => string): string =>
    value === undefined ? '–' : show(value);
  return (
    <Card title={server.address}>
      <dl class="sheet">
        <Fact title="version">{version ?? '–'}</Fact>
        <Fact title="mode">{mode ?? '–'}</Fact>
        <Fact title="uptime">{said(uptime, (seconds) => duration(seconds * 1000))}</Fact>
        <Fact title="memory">
          {memoryBytes === undefined ? '–' : <Memory used={memoryBytes} limit={memoryLimitBytes} />}
        </Fact>
        <Fact title="policy">{evictionPolicy === undefined ? '–' : <Policy policy={evictionPolicy} />}</Fact>
        <Fact title="persistence">
          {hasAppendOnlyFile === false ? (
            <Loss server={server} />
          ) : (
            said(hasAppendOnlyFile, () => t('persistenceOn'))
          )}
        </Fact>
        <Fact title="commands">{said(opsPerSecond, perSecond)}</Fact>
        <Fact title="clients">{said(clients, count)}</Fact>
        <Fact title="allKeys">{said(keys, count)}</Fact>
        <Fact title="replicas">{said(replicas, count)}</Fact>
      </dl>
      <Slow commands={server.slow ?? []} />
    </Card>
  );
}

/** The Redis servers that hold the jobs. */
export function Servers() {
  const { data, error } = useData<Answer>('servers', { everyMs: 3000 });
  return (
    <>
      <h1>{t('redis')}</h1>
      <Trouble error={error} />
      {data !== undefined && (
        <>
          <p class="muted">{t('answeredIn', { time: duration(data.answeredInMs) })}</p>
          {data.servers.map((server) => (
            <One key={server.address} server={server} />
          ))}
        </>
      )}
    </>
  );
}
