import { readMetrics } from '@linstock/test-kit/read-metrics';
import { expect, test } from 'vitest';
import type { MetricFamily } from './metrics-text.ts';
import { addMetrics, metricsText } from './metrics-text.ts';

const counter = (value: number, labels = {}): MetricFamily => ({
  name: 'jobs_total',
  help: 'Jobs.',
  type: 'counter',
  samples: [{ labels, value }],
});

test('quotes, backslashes and newlines of labels and help are escaped, and read back as they were', () => {
  const strange = 'a "b"\\n\n\\';
  const family = { ...counter(1, { name: strange }), help: 'two\nlines, one \\' };
  const text = metricsText([family]);
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toContain(String.raw`# HELP jobs_total two\nlines, one \\`);
  expect(text).toContain(String.raw`jobs_total{name="a \"b\"\\n\n\\"} 1`);
  expect(readMetrics(text).get('jobs_total')?.samples).toEqual([
    { name: 'jobs_total', labels: { name: strange }, value: 1 },
  ]);
});

test('numbers are written as Prometheus reads them', () => {
  const text = metricsText([1e21, 0.1, Infinity, -Infinity, NaN].map((n) => counter(n)));
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'jobs_total 1e+21',
    'jobs_total 0.1',
    'jobs_total +Inf',
    'jobs_total -Inf',
    'jobs_total NaN',
  ]);
});

test('samples of several processes with the same labels are added up, others stand beside each other', () => {
  const sum = addMetrics([[counter(1, { queue: 'a' })], [counter(2, { queue: 'a' }), counter(4)], []]);
  expect(sum).toEqual([
    {
      ...counter(0),
      samples: [
        { labels: { queue: 'a' }, value: 3 },
        { labels: {}, value: 4 },
      ],
    },
  ]);
});
