import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { language } from '../i18n.ts';
import { theme } from '../theme.ts';
import type { PlotProps } from './chart-frame.tsx';

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function seriesOf({ lines, hasPoints = false }: PlotProps): uPlot.Series[] {
  return lines.map(({ name, colour, isFilled = false }) => ({
    label: name,
    stroke: colourOf(colour),
    width: 2,
    points: hasPoints ? { size: 5 } : { show: false },
    ...(isFilled && { fill: `${colourOf(colour)}22` }),
  }));
}

/** What the marks of an axis may be apart: 0.1, 0.2, 0.5, 1, … A quarter would be rounded to tenths. */
const STEPS = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));

function optionsOf(props: PlotProps, width: number): uPlot.Options {
  const { height, format, formatTime, seconds, isLogarithmic = false } = props;
  const axis: uPlot.Axis = {
    stroke: colourOf('muted'),
    grid: { stroke: colourOf('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: seconds === undefined ? {} : { range: (_, __, last) => [last - seconds, last] },
      y: {
        range: (_, least, most) => (isLogarithmic ? decades(least, most) : [0, Math.max(4, most * 1.1)]),
      },
    },
    axes: [
      {
        ...axis,
        size: 30,
        values: (...[, ticks, , , step]) => ticks.map((tick) => formatTime(tick * 1000, step)),
      },
      {
        ...axis,
        incrs: isLogarithmic ? [1, 2, 4] : STEPS,
        size: 64,
        values: (_, ticks) => ticks.map((tick) => format(isLogarithmic ? 10 ** tick : tick)),
      },
    ],
    series: [{}, ...seriesOf(props)],
  };
}

function decades(least: number | null, most: number | null): [number, number] {
  const from = Math.floor(least ?? 0);
  return [from, Math.max(from + 1, Math.ceil(most ?? 1))];
}

/** A chart of lines over time. */
export function Plot(props: PlotProps) {
  const { title, data, height } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [shown, words] = [theme.value, language.value];
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new uPlot(optionsOf(props, element.clientWidth), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [shown, words]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div class="plot" ref={box} role="img" aria-label={title} style={{ minHeight: height }} />;
}
