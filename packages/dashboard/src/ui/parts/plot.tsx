import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { language } from '../i18n.ts';
import { theme } from '../theme.ts';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  /** One of the page's colours: `good`, `accent`, `warn`, `bad`, `wait`. */
  readonly colour: string;
  readonly isFilled?: boolean;
}

interface Props {
  /** For who listens; the numbers stand beside the chart. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** Instants, s since 1970, then the values of each line. */
  readonly data: uPlot.AlignedData;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly formatTime: (at: number, stepSeconds: number) => string;
  /** Only this much of the end is shown, s. */
  readonly seconds?: number;
  /** The data are logarithms to the base of 10: for values that differ by orders. */
  readonly isLogarithmic?: boolean;
  /** Lines may have gaps, and values without neighbours. */
  readonly hasPoints?: boolean;
}

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function seriesOf({ lines, hasPoints = false }: Props): uPlot.Series[] {
  return lines.map(({ name, colour, isFilled = false }) => ({
    label: name,
    stroke: colourOf(colour),
    width: 2,
    points: hasPoints ? { size: 5 } : { show: false },
    ...(isFilled && { fill: `${colourOf(colour)}22` }),
  }));
}

function optionsOf(props: Props, width: number): uPlot.Options {
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
        range: (_, least, most) => (isLogarithmic ? decades(least, most) : [0, Math.max(1, most * 1.1)]),
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
        ...(isLogarithmic && { incrs: [1, 2, 4] }),
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
export function Plot(props: Props) {
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

/** What the lines of a chart are, each with a number. */
export function Legend({ entries }: { entries: readonly (readonly [line: Line, value: string])[] }) {
  return (
    <p class="legend">
      {entries.map(([{ name, colour }, value]) => (
        <span class={colour} key={name}>
          {name} {value}
        </span>
      ))}
    </p>
  );
}
