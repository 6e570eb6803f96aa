/** One number of a metric. */
export interface MetricSample {
  /** What its name ends with, of a histogram. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its numbers. Plain data: it may travel between processes. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly MetricSample[];
}

/** A metric of this type. */
export function metric(
  type: MetricFamily['type'],
  [name, help]: readonly [name: string, help: string],
  samples: readonly MetricSample[],
): MetricFamily {
  return { name, help, type, samples };
}

/** What {@link metricsText} writes, for the header `Content-Type`. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics in Prometheus's text format, version 0.0.4. Pure. */
export function metricsText(families: readonly MetricFamily[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map((sample) => `${name}${seriesOf(sample)} ${numberText(sample.value)}\n`);
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** What tells a sample of a family from all others. */
function seriesOf({ suffix, labels }: MetricSample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? (suffix ?? '') : `${suffix ?? ''}{${pairs.join(',')}}`;
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', String.raw`\"`);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

/** Metrics of several processes as those of one: samples with the same labels are added up. Pure. */
export function addMetrics(lists: readonly (readonly MetricFamily[])[]): MetricFamily[] {
  const sums = new Map<
    string,
    { readonly family: MetricFamily; readonly series: Map<string, MetricSample> }
  >();
  for (const family of lists.flat()) {
    const known = sums.get(family.name) ?? { family, series: new Map<string, MetricSample>() };
    sums.set(family.name, known);
    for (const sample of family.samples) {
      const key = seriesOf(sample);
      const value = sample.value + (known.series.get(key)?.value ?? 0);
      known.series.set(key, { ...sample, value });
    }
  }
  return [...sums.values()].map(({ family, series }) => ({ ...family, samples: [...series.values()] }));
}
