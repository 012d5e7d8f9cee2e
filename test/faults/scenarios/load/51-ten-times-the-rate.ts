import { memoryBytes } from '../../../support/memory.js';
import { atRate } from '../../../support/pace.js';
import { testServices } from '../../../support/services.js';
import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { isFullScale } from '../../run-options.js';
import type { World } from '../../world.js';

const SECONDS = isFullScale() ? 60 : 10;
const OFFERED_PER_SECOND = 10_000;
const PIPELINES_PER_SECOND = 50;
const EVENT_BYTES = 2_000;
/** Each way of each statement: so slow a database makes a small load ten times too much. */
const DATABASE_DELAY_MS = 100;
const JOURNAL_MAX_BYTES = 16 * 1024 * 1024;
const SAMPLE_MS = 200;
/** Of the memory in the first half of the overload, at most. */
const GROWTH = 1.15;
const DRAIN_MS = 60_000;
/** Ingest is full, and so are the batches: what they hold is there as bytes, as rows and as a statement. */
const RSS_CAP_BYTES = 600 * 1024 * 1024;
/** What ingest and the journal hold at most, in events. */
const BACKLOG = 50_000;

const fault: Fault = {
  number: 51,
  name: 'ten times the sustainable rate',
  selection: 'all',
  deadlineMs: SECONDS * 1_000 + 180_000,
  rssCapBytes: RSS_CAP_BYTES,
  async run(world) {
    const { databaseUrl } = testServices();
    const proxy = await world.proxy(databaseUrl);
    await world.begin({
      instancesDatabaseUrl: proxy.url,
      environment: { HEALTH_JOURNAL_MAX_BYTES: String(JOURNAL_MAX_BYTES) },
    });
    const { app, scope } = world;

    proxy.delayMs = DATABASE_DELAY_MS;
    const flood = new Flood(world);
    world.cleanUp(() => flood.stop());
    await waitUntil('it sheds', () => app.logged('ingest.shedding').length > 0, {
      deadlineMs: DRAIN_MS,
    });
    const before = await statsOf(app);
    const startedMs = performance.now();
    const memory = await sampled(app.pid, SECONDS * 1_000);
    const after = await statsOf(app);
    const seconds = (performance.now() - startedMs) / 1_000;
    await flood.stop();
    proxy.delayMs = 0;
    world.faultEnded(BACKLOG);

    const offered = (after.received - before.received) / seconds;
    const sustained = (after.stored - before.stored) / seconds;
    expect(offered).toBeGreaterThan(10 * sustained);
    expect(after.stored).toBeGreaterThan(before.stored);
    const middle = memory.length >> 1;
    const [first, second] = [memory.slice(0, middle), memory.slice(middle)].map((half) =>
      Math.max(...half),
    );
    expect(second).toBeLessThan((first ?? 0) * GROWTH);
    const { shed, lost } = await waitUntil(
      'all that was shed is in gaps',
      async () => {
        const [sum] = await scope.sql<{ lost: number }>(
          `SELECT coalesce(sum(lost_count), 0)::integer AS lost FROM health_gaps
            WHERE cause IN ('journal_full', 'ingest_overload')`,
        );
        const counted = { shed: (await statsOf(app)).shed, lost: sum?.lost ?? 0 };
        return counted.shed === counted.lost ? counted : null;
      },
      { deadlineMs: DRAIN_MS },
    );
    expect(shed).toBeGreaterThan(0);
    const figures = { offered, sustained, first_half_bytes: first, second_half_bytes: second };
    return { times: 1, evidence: { ...figures, shed, lost } };
  },
};

/** Publishes at a steady rate until it is stopped. */
class Flood {
  private readonly stopping = new AbortController();
  private readonly flooding: Promise<void>;

  constructor({ scope }: World) {
    const padding = 'x'.repeat(EVENT_BYTES);
    const size = OFFERED_PER_SECOND / PIPELINES_PER_SECOND;
    const send = async (index: number): Promise<void> => {
      const pipeline = scope.redis.pipeline();
      const timestamp = Date.now();
      for (let at = 0; at < size; at += 1) {
        const event = { service_name: `fault-51-${at % 20}`, status: 'up', ttl_seconds: 0 };
        const id = String(index * size + at);
        pipeline.publish(scope.channel, JSON.stringify({ ...event, id, timestamp, padding }));
      }
      await pipeline.exec();
    };
    this.flooding = atRate(PIPELINES_PER_SECOND, Infinity, send, this.stopping.signal);
  }

  /** May be called again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.flooding;
  }
}

/** Memory that a process holds, looked at again and again for so long. */
async function sampled(pid: number, ms: number): Promise<number[]> {
  const samples: number[] = [];
  await atRate(1_000 / SAMPLE_MS, Math.ceil(ms / SAMPLE_MS), async () => {
    samples.push(await memoryBytes(pid, 'VmRSS'));
  });
  return samples;
}

export default fault;
