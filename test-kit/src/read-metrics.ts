/** A metric as a text in Prometheus's format has it. */
export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ReadSample[];
}

/** One line of it. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HEAD = /^# (HELP|TYPE) ([a-z_]+) (.*)$/;
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const NUMBER = /^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
const ENDINGS = { counter: [''], gauge: [''], histogram: ['_bucket', '_sum', '_count'] };

/**
 * Reads Prometheus's text format, version 0.0.4, and takes nothing that is not as it should be: each family once, with help and
 * type before its samples, no series twice, counters that end in `_total`, histograms whose buckets rise up to their count.
 */
export function readMetrics(text: string): Map<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  const lines = text.split('\n').slice(0, -1);
  for (let at = 0; at < lines.length;) {
    const [help, type] = [HEAD.exec(lines[at] ?? ''), HEAD.exec(lines[at + 1] ?? '')];
    const name = help?.[2] ?? '';
    if (help?.[1] !== 'HELP' || type?.[1] !== 'TYPE' || type[2] !== name || families.has(name))
      throw new Error(`no family begins at line ${at + 1}: ${lines[at]}`);
    const family: ReadFamily = { type: type[3] ?? '', help: help[3] ?? '', samples: [] };
    families.set(name, family);
    for (at += 2; at < lines.length && !lines[at]?.startsWith('#'); at++)
      family.samples.push(sampleOf(lines[at] ?? '', { name, type: family.type, seen }));
    checkFamily(name, family);
  }
  return families;
}

/** The value of one series; undefined: there is none. */
export function metric(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  const wanted = keyOf(name, labels);
  return family?.samples.find((sample) => keyOf(sample.name, sample.labels) === wanted)?.value;
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b))]);
}

function sampleOf(
  line: string,
  { name, type, seen }: { readonly name: string; readonly type: string; readonly seen: Set<string> },
): ReadSample {
  const [, series = '', labels = '', number = ''] = SAMPLE.exec(line) ?? [];
  const endings = ENDINGS[type as keyof typeof ENDINGS] ?? [];
  if (!endings.some((ending) => name + ending === series) || !NUMBER.test(number))
    throw new Error(`not a sample of ${type} ${name}: ${line}`);
  const sample = {
    name: series,
    labels: labelsOf(labels, line),
    value: Number(number.replace('Inf', 'Infinity')),
  };
  const key = keyOf(series, sample.labels);
  if (seen.has(key)) throw new Error(`a series stands there twice: ${line}`);
  seen.add(key);
  return sample;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== '';) {
    const [all = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (all === '' || Object.hasOwn(labels, name)) throw new Error(`labels that cannot be read: ${line}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, character: string) =>
      character === 'n' ? '\n' : character,
    );
    rest = rest.slice(all.length);
  }
  return labels;
}

function checkFamily(name: string, { type, samples }: ReadFamily): void {
  if (type === 'counter' && (!name.endsWith('_total') || samples.some(({ value }) => !(value >= 0))))
    throw new Error(`${name} is no counter`);
  const last = new Map<string, { value: number; le: number }>();
  for (const sample of samples.filter((one) => one.name.endsWith('_bucket'))) {
    const { le = '', ...labels } = sample.labels;
    const [key, bound] = [keyOf(name, labels), Number(le.replace('Inf', 'Infinity'))];
    const before = last.get(key) ?? { value: 0, le: -1 };
    if (!(bound > before.le) || sample.value < before.value)
      throw new Error(`buckets of ${name} do not rise`);
    last.set(key, { value: sample.value, le: bound });
  }
  for (const sample of samples.filter((one) => type === 'histogram' && one.name.endsWith('_count'))) {
    const { value, le } = last.get(keyOf(name, sample.labels)) ?? {};
    if (value !== sample.value || le !== Infinity)
      throw new Error(`${name} counts ${sample.value}, not ${value}`);
  }
}
