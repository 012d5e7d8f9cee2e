import { STATUSES, type Status } from '../../events/status-vocabulary.js';

/** A label's value as Prometheus text has it. Source: Prometheus, exposition formats. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** One line per service and status: 1 for the status it has, 0 for the others. */
export function serviceStatusSamples(
  metric: string,
  statuses: Iterable<readonly [service: string, status: Status]>,
): string {
  let text = '';
  for (const [service, current] of statuses) {
    const labels = `${metric}{service_name="${escaped(service)}",status="`;
    for (const status of STATUSES)
      text += `${labels}${status}"} ${status === current ? '1' : '0'}\n`;
  }
  return text;
}

/**
 * Puts samples where their metric is described in a scrape's text; each metric's lines must stand
 * together. A text that does not describe it stays as it is.
 */
export function withSamples(scrape: string, metric: string, samples: string): string {
  const start = scrape.indexOf(`# TYPE ${metric} `);
  const end = start === -1 ? -1 : scrape.indexOf('\n', start) + 1;
  return end <= 0 ? scrape : scrape.slice(0, end) + samples + scrape.slice(end);
}
