import { clock, perSecond } from '../format.ts';
import { t } from '../i18n.ts';
import { rates } from '../live.ts';
import type { Rates } from '../types.ts';
import type { Line } from './chart-frame.tsx';
import { Legend, Plot } from './chart-frame.tsx';

const HEIGHT = 190;
/** As many as are kept. */
const SHOWN_SECONDS = 180;

type Column = 'succeeded' | 'enqueued' | 'failed';

function lines(): readonly (readonly [Column, Line])[] {
  return [
    ['succeeded', { name: t('finishedPerSecond'), colour: 'good', isFilled: true }],
    ['enqueued', { name: t('enqueuedPerSecond'), colour: 'accent' }],
    ['failed', { name: t('failedPerSecond'), colour: 'bad' }],
  ];
}

/** What happened in the last minutes, second by second. */
export function RateChart() {
  const list = rates.value;
  const column = (of: (rate: Rates) => number): number[] => list.map(of);
  const shown = lines();
  const last = list.at(-1);
  return (
    <div class="chart">
      <Plot
        title={t('throughput')}
        lines={shown.map(([, line]) => line)}
        data={[column(({ at }) => at / 1000), ...shown.map(([name]) => column((rate) => rate[name]))]}
        height={HEIGHT}
        format={perSecond}
        formatTime={clock}
        seconds={SHOWN_SECONDS}
      />
      <Legend entries={shown.map(([name, line]) => [line, perSecond(last?.[name] ?? 0)])} />
    </div>
  );
}
