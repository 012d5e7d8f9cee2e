import { decodeHealthEvent } from '../../events/decoder.js';
import type { HealthEvent } from '../../events/health-event.js';
import type { Envelope } from './catalogue.js';
import type { Report } from './instance.js';
import { messageOf, type Stamp } from './message.js';
import { Story } from './story.js';

const CHANNEL = 'health:events';
/** Publishers stay far below what is taken at most. */
const MAX_BYTES = 2_000;
const STORY_MS = 15 * 60_000;

const stamp: Stamp = {
  messageId: 'c0a1b2c3-0000-4000-8000-0123456789ab',
  timestampMs: Date.UTC(2026, 0, 15, 9, 30, 0, 123),
  ttlSeconds: 15,
  channel: CHANNEL,
};

function reports(): Report[] {
  const story = new Story(1);
  const found: Report[] = [];
  for (const beat of story.beats()) {
    if (beat.atMs > STORY_MS) break;
    if (beat.kind === 'report') found.push(beat.report);
  }
  return [...found, ...story.goodByes()];
}

function firstOf(reports: readonly Report[], which: (report: Report) => boolean): Report {
  const found = reports.find(which);
  if (found === undefined) throw new Error('the story has no such report');
  return found;
}

function decoded(report: Report): HealthEvent {
  const raw = Buffer.from(messageOf(report, stamp));
  const result = decodeHealthEvent(raw, CHANNEL, { maxBytes: MAX_BYTES });
  if (!result.ok) throw new Error(`${result.rejection.detail}: ${raw.toString()}`);
  return result.event;
}

describe('every event of a quarter of an hour', () => {
  const all = reports();

  it('is taken by the decoder, and says what its report says', () => {
    expect(all.length).toBeGreaterThan(10_000);
    for (const report of all) {
      const { service, instanceId, version, message, reading } = report;
      expect(decoded(report)).toMatchObject({
        serviceName: service.name,
        instanceId,
        version,
        message,
        isUnlistedStatus: false,
        messageId: stamp.messageId,
        timestampMs: stamp.timestampMs,
        ttlSeconds: stamp.ttlSeconds,
        responseTimeMs: reading.responseTimeMs,
      });
    }
  });

  it('brings its checks and metrics along', () => {
    const failing = firstOf(all, ({ condition }) => condition === 'unhealthy');
    const payload = JSON.parse(decoded(failing).payload.toString()) as Record<string, unknown>;
    expect(payload['checks']).toEqual(failing.checks);
    expect(Object.values(failing.checks)).toContain('failing');
    expect(payload['metrics']).toEqual({
      requests_per_second: failing.reading.requestsPerSecond,
      error_rate: failing.reading.errorRate,
      cpu_percent: failing.reading.cpuPercent,
      memory_mb: failing.reading.memoryMegabytes,
    });
  });
});

describe('an event', () => {
  it.each<[Envelope, readonly string[]]>([
    ['plain', ['checks', 'instance_id', 'message_id', 'metrics', 'response_time_ms']],
    ['nest', ['data', 'pattern']],
    ['cloudevents', ['data', 'datacontenttype', 'id', 'source', 'specversion']],
  ])('in the envelope %s has its fields', (envelope, fields) => {
    const report = firstOf(reports(), ({ service }) => service.envelope === envelope);
    const document = JSON.parse(messageOf(report, stamp)) as Record<string, unknown>;
    expect(Object.keys(document).sort().slice(0, fields.length)).toEqual(fields);
  });
});
