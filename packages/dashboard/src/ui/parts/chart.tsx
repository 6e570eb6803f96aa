import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clock, perSecond } from '../format.ts';
import { t } from '../i18n.ts';
import { rates } from '../live.ts';
import { theme } from '../theme.ts';

const HEIGHT = 190;
/** As many as are kept. */
const SHOWN_SECONDS = 180;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function data(): uPlot.AlignedData {
  const list = rates.peek();
  const column = (of: (rate: (typeof list)[number]) => number): number[] => list.map(of);
  return [
    column(({ at }) => at / 1000),
    column(({ succeeded }) => succeeded),
    column(({ enqueued }) => enqueued),
    column(({ failed }) => failed),
  ];
}

function options(width: number): uPlot.Options {
  const line = (label: string, name: string, isFilled = false): uPlot.Series => ({
    label,
    stroke: colour(name),
    width: 2,
    points: { show: false },
    ...(isFilled && { fill: `${colour(name)}22` }),
  });
  const axis: uPlot.Axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, __, last) => [last - SHOWN_SECONDS, last] },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => clock(tick * 1000)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map(perSecond) },
    ],
    series: [
      {},
      line(t('finishedPerSecond'), 'good', true),
      line(t('enqueuedPerSecond'), 'accent'),
      line(t('failedPerSecond'), 'bad'),
    ],
  };
}

/** What happened in the last minutes, second by second. */
export function RateChart() {
  const box = useRef<HTMLDivElement>(null);
  const shown = theme.value;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const plot = new uPlot(options(element.clientWidth), data(), element);
    const unsubscribe = rates.subscribe(() => plot.setData(data()));
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      unsubscribe();
      observer.disconnect();
      plot.destroy();
    };
  }, [shown]);
  const last = rates.value.at(-1);
  return (
    <div>
      <div class="chart" ref={box} role="img" aria-label={t('throughput')} />
      <p class="legend">
        <span class="good">
          {t('finishedPerSecond')} {perSecond(last?.succeeded ?? 0)}
        </span>
        <span class="accent">
          {t('enqueuedPerSecond')} {perSecond(last?.enqueued ?? 0)}
        </span>
        <span class="bad">
          {t('failedPerSecond')} {perSecond(last?.failed ?? 0)}
        </span>
      </p>
    </div>
  );
}
