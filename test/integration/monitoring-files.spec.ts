import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { STATUSES } from '../../src/events/status-vocabulary.js';
import { Metrics } from '../../src/observability/metrics.js';
import { projectPaths, textOf } from '../support/documents.js';
import { selectionOf } from '../support/promql.js';

/** What Prometheus and Grafana are given speaks of metrics that are there. */

const FOLDER = 'docker/monitoring';
const RULES = `${FOLDER}/alerts.yml`;
/** Of Prometheus itself, for every target it scrapes. */
const OF_SCRAPES = ['up'];
const LABELS_OF_SCRAPES = ['job', 'instance'];
const SAMPLES_OF: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
};

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly what_to_do: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

async function rulesOf(): Promise<Rule[]> {
  const { groups } = parse(await textOf(RULES)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

async function panelsOf(): Promise<Panel[]> {
  const file = `${FOLDER}/grafana/dashboards/health-monitor.json`;
  return (JSON.parse(await textOf(file)) as { panels: Panel[] }).panels;
}

/** Names of samples as a scrape has them, with their labels. */
async function scraped(): Promise<Map<string, string[]>> {
  const metrics = new Metrics();
  metrics.watchProcess();
  const samples = new Map<string, string[]>(OF_SCRAPES.map((name) => [name, []]));
  const { text } = await metrics.collect();
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const labels = metrics.registry.getSingleMetric(name) as unknown as
      { labelNames: string[] } | undefined;
    for (const suffix of SAMPLES_OF[type] ?? ['']) {
      samples.set(name + suffix, [
        ...(labels?.labelNames ?? []),
        ...(suffix === '_bucket' ? ['le'] : []),
      ]);
    }
  }
  return samples;
}

const rules = await rulesOf();
const panels = await panelsOf();
const samples = await scraped();
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, refId }) => [`${title} ${refId}`, expr] as const),
  ),
];

it.each(expressions)('%s asks for metrics and labels that are there', (_, expression) => {
  const { metrics, labels, values } = selectionOf(expression);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((name) => !samples.has(name))).toEqual([]);
  const known = [...LABELS_OF_SCRAPES, ...metrics.flatMap((name) => samples.get(name) ?? [])];
  expect(labels.filter((label) => !known.includes(label))).toEqual([]);
  const statuses = values.filter(({ label }) => label === 'status').map(({ value }) => value);
  expect(statuses.filter((status) => !(STATUSES as readonly string[]).includes(status))).toEqual(
    [],
  );
});

it('an expression that is not PromQL, or names what is not there, would be found', () => {
  expect(() => selectionOf('sum(rate(x[5m])')).toThrow('not PromQL');
  expect(selectionOf('max by (a) (x{b="c", d!="e"}) > on (f) y')).toEqual({
    metrics: ['x', 'y'],
    labels: ['a', 'b', 'd', 'f'],
    values: [{ label: 'b', value: 'c' }],
  });
});

it('every rule says how bad it is, what it is and what to do, and has a name of its own', () => {
  for (const { labels, annotations } of rules) {
    expect(['warning', 'critical']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
    expect(annotations.what_to_do).toMatch(/\.$/);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

it('every panel has a number of its own, and shows something unless it is a row', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const empty = panels.filter(
    ({ type, targets = [] }) => (type === 'row') !== (targets.length === 0),
  );
  expect(empty).toEqual([]);
});

it('every file is mounted into the container that reads it', async () => {
  const { services } = parse(await textOf('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { volumes?: string[]; profiles?: string[] }>;
  };
  const { prometheus, grafana } = services;
  for (const service of [prometheus, grafana]) expect(service?.profiles).toEqual(['monitoring']);
  const mounted = [prometheus, grafana]
    .flatMap((service) => service?.volumes ?? [])
    .map((volume) => path.normalize(volume.split(':')[0] ?? ''));
  const files = [...(await projectPaths())].filter(
    (file) => file.startsWith(FOLDER) && path.extname(file) !== '',
  );
  expect(files.filter((file) => !mounted.some((one) => file.startsWith(one)))).toEqual([]);
  expect(await readdir(`${FOLDER}/grafana/dashboards`)).toEqual(['health-monitor.json']);
});

it('the address that Prometheus scrapes is the one of the app, and the job the one of the rules', async () => {
  const { scrape_configs: jobs } = parse(await textOf(`${FOLDER}/prometheus.yml`)) as {
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  expect(jobs.map(({ job_name: name }) => name)).toEqual(['health-monitor']);
  expect(jobs[0]?.dns_sd_configs[0]).toMatchObject({ names: ['app'], port: 8100 });
  const named = expressions.flatMap(([, expression]) =>
    selectionOf(expression).values.filter(({ label }) => label === 'job'),
  );
  expect(new Set(named.map(({ value }) => value))).toEqual(new Set(['health-monitor']));
});
