import type { AlignedData } from 'uplot';
import { later } from './later.tsx';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  /** One of the page's colours: `good`, `accent`, `warn`, `bad`, `wait`. */
  readonly colour: string;
  readonly isFilled?: boolean;
}

/** What a chart shows. */
export interface PlotProps {
  /** For who listens; the numbers stand beside the chart. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** Instants, s since 1970, then the values of each line. */
  readonly data: AlignedData;
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

const Loaded = later(async () => (await import('./plot.tsx')).Plot);

/** A chart of lines over time; its place is there before its script is. */
export function Plot(props: PlotProps) {
  return (
    <div style={{ minHeight: props.height }}>
      <Loaded {...props} />
    </div>
  );
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
