import { useMemo } from 'preact/hooks';
import { clockOrDay, count, duration, instant, perMinute } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { place, to } from '../router.ts';
import type { Figures, History as HistoryData, Spread } from '../types.ts';
import { Card, Empty } from './basics.tsx';
import type { Line } from './chart-frame.tsx';
import { Legend, Plot } from './chart-frame.tsx';
import { numeric, Table } from './table.tsx';
import { Pending } from './trouble.tsx';
import { useData } from './use-data.ts';

/** How far back, and how often it is read again, ms. */
const RANGES = { '1h': 10_000, '6h': 30_000, '24h': 30_000, '7d': 60_000, '30d': 60_000 } as const;
type Range = keyof typeof RANGES;
const HEIGHT = 140;
const PERCENTILES = ['p50', 'p95', 'p99'] as const;

function rangeOf(text: string | null): Range {
  return text !== null && Object.hasOwn(RANGES, text) ? (text as Range) : '1h';
}

/** What a chart shows of a point, and of all of them. */
interface Counter {
  readonly line: Line;
  readonly of: (figures: Figures) => number;
}

const finished = (): Counter => ({
  line: { name: t('finishedPerSecond'), colour: 'good', isFilled: true },
  of: ({ succeeded }) => succeeded,
});
const stored = (): Counter => ({
  line: { name: t('enqueuedPerSecond'), colour: 'accent' },
  of: ({ enqueued, scheduled }) => enqueued + scheduled,
});
const attempts = (): Counter => ({
  line: { name: t('failedPerSecond'), colour: 'warn', isFilled: true },
  of: ({ retried, failed }) => retried + failed,
});
const ended = (): Counter => ({
  line: { name: t('failedForGood'), colour: 'bad' },
  of: ({ failed }) => failed,
});

/** The last point is not over yet, so its rate is that of the time it has had. */
function minutesOf({ points, stepMs }: HistoryData, i: number): number {
  const at = points[i]?.at ?? 0;
  return Math.min(stepMs, Math.max(stepMs / 4, Date.now() - at)) / 60_000;
}

interface ChartProps {
  readonly title: string;
  readonly history: HistoryData;
}

function Counts({ title, history, counters }: ChartProps & { counters: readonly Counter[] }) {
  const data = useMemo(() => {
    const { points } = history;
    const rate = ({ of }: Counter) => points.map((point, i) => of(point) / minutesOf(history, i));
    return [points.map(({ at }) => at / 1000), ...counters.map(rate)];
  }, [history]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Plot
        title={title}
        lines={counters.map(({ line }) => line)}
        data={data as [number[], ...number[][]]}
        height={HEIGHT}
        format={perMinute}
        formatTime={clockOrDay}
      />
      <Legend entries={counters.map(({ line, of }) => [line, count(of(history.total))])} />
    </figure>
  );
}

const COLOURS = { p50: 'good', p95: 'warn', p99: 'bad' } as const;
/** There is no logarithm of 0, and less than this nobody can tell apart. */
const LEAST_MS = 0.1;

function Times({ title, history, which }: ChartProps & { which: 'wait' | 'run' }) {
  const lines = PERCENTILES.map((name): Line => ({ name, colour: COLOURS[name] }));
  const data = useMemo(() => {
    const { points } = history;
    const column = (name: (typeof PERCENTILES)[number]) =>
      points.map((point) => {
        const ms = point[which]?.[name];
        return ms === undefined ? null : Math.log10(Math.max(LEAST_MS, ms));
      });
    return [points.map(({ at }) => at / 1000), ...PERCENTILES.map(column)];
  }, [history]);
  const spread = history.total[which];
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Plot
        title={title}
        lines={lines}
        data={data as [number[], ...(number | null)[][]]}
        height={HEIGHT}
        format={duration}
        formatTime={clockOrDay}
        isLogarithmic
        hasPoints
      />
      <Legend entries={lines.map((line, i) => [line, timeText(spread, PERCENTILES[i] ?? 'p50')])} />
    </figure>
  );
}

function timeText(spread: Spread | undefined, name: (typeof PERCENTILES)[number]): string {
  return spread === undefined ? '–' : duration(spread[name]);
}

/** The same as numbers, the newest first; what is empty is left out. */
function Numbers({ history: { points } }: { history: HistoryData }) {
  const counters = [stored(), finished(), attempts(), ended()];
  const times = (['wait', 'run'] as const).flatMap((which) =>
    PERCENTILES.map((name) => ({ which, name, head: `${t(which)} ${name}` })),
  );
  const rows = points
    .filter((point) => counters.some(({ of }) => of(point) > 0) || point.run !== undefined)
    .toReversed();
  return (
    <details>
      <summary>{t('asNumbers')}</summary>
      <Table
        heads={[
          t('when'),
          ...counters.map(({ line }) => numeric(line.name)),
          ...times.map(({ head }) => numeric(head)),
        ]}
      >
        {rows.map((point) => (
          <tr key={point.at}>
            <td>{instant(point.at)}</td>
            {counters.map(({ line, of }) => (
              <td class="n" key={line.name}>
                {count(of(point))}
              </td>
            ))}
            {times.map(({ which, name, head }) => (
              <td class="n" key={head}>
                {timeText(point[which], name)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </details>
  );
}

function Ranges({ chosen }: { chosen: Range }) {
  return (
    <nav class="choices" aria-label={t('timeRange')}>
      {(Object.keys(RANGES) as Range[]).map((range) => (
        <a key={range} href={to([], { last: range })} aria-current={range === chosen ? 'page' : undefined}>
          {t(`last${range}` as TextKey)}
        </a>
      ))}
    </nav>
  );
}

/** Throughput, failures, waits and runs over hours and days. */
export function History() {
  const range = rangeOf(place.value.query.get('last'));
  const { data, error } = useData<HistoryData>(`history?last=${range}`, { everyMs: RANGES[range] });
  return (
    <Card title={t('past')}>
      <Ranges chosen={range} />
      {data === undefined ? <Pending error={error} /> : <Charts history={data} />}
    </Card>
  );
}

function Charts({ history }: { history: HistoryData }) {
  const { total } = history;
  const isEmpty =
    total.run === undefined && [stored(), finished(), attempts()].every(({ of }) => of(total) === 0);
  if (isEmpty) return <Empty text="noPast" hint="noPastHint" />;
  return (
    <>
      <div class="columns even charts">
        <Counts title={t('perMinute')} history={history} counters={[finished(), stored()]} />
        <Counts title={t('failuresPerMinute')} history={history} counters={[attempts(), ended()]} />
        <Times title={t('waitTime')} history={history} which="wait" />
        <Times title={t('runTime')} history={history} which="run" />
      </div>
      <Numbers history={history} />
    </>
  );
}
