import { Metrics } from '../../src/observability/metrics.js';
import { projectPaths, textOf } from '../support/documents.js';

/** All others would take what somebody outside made up, without a bound. */
const LABELS = [
  'equation',
  'cause',
  'name',
  'outcome',
  'reason',
  'service_name',
  'source',
  'state',
  'status',
];

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

const metrics = new Metrics();
const all = metrics.registry.getMetricsAsArray() as unknown as Described[];

/** The properties of {@link Metrics} that hold a metric. */
const properties = Object.entries(metrics)
  .filter(([, value]) => all.includes(value as Described))
  .map(([property]) => property);

describe.each(all.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
  it('is named as Prometheus asks: prefix, base unit, _total for counters only', () => {
    expect(name).toMatch(/^health_monitor_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(metric.type === 'counter');
    expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|kb|mb)(_|$)/);
  });

  it('has a help text and only labels of bounded values', () => {
    expect(metric.help).toMatch(/^\S.{5,}[^.]$/);
    expect(metric.labelNames.filter((label) => !LABELS.includes(label))).toEqual([]);
  });
});

it('each is moved by some code', async () => {
  const files = [...(await projectPaths())].filter(
    (file) => /^src\/.*\.ts$/.test(file) && !/\.spec\.ts$|\/metrics\.ts$/.test(file),
  );
  const code = (await Promise.all(files.map(textOf))).join('\n');
  expect(properties).toHaveLength(all.length);
  expect(
    properties.filter((property) => !new RegExp(`[mM]etrics\\s*\\.${property}\\b`).test(code)),
  ).toEqual([]);
});
