import fc from 'fast-check';
import type { App } from '../support/app.js';
import { usePrintedSeed } from '../support/printed-seed.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';
import { entries } from './entries.js';
import { ExpectedFates, type Fates } from './fates.js';
import { messages } from './inputs.js';
import { JournalRecord } from './journal-record.js';
import { fuzzInputs } from './size-of-run.js';

/** Published without a pause; ingest holds ten times as many before it sheds. */
const CHUNK = 5_000;
const PIPELINE = 500;
const MAX_SERVICES = 100;
/** An input takes some 300 µs, on two cores with everything on them. */
const TIME_LIMIT_MS = 60_000 + 2 * fuzzInputs();
/** They come in faster than they are stored: four in five are dead letters, some 2,000 a second. */
const SETTLED_WITHIN_MS = 60_000 + fuzzInputs();

type Input =
  | { readonly command: 'PUBLISH'; readonly message: Buffer }
  | { readonly command: 'XADD'; readonly fields: readonly Buffer[] };

const stage = useStage();
usePrintedSeed('fuzzed ingest', fuzzInputs());

let app: App;
let published = 0;
let appended = 0;
let fates: Fates;

/** Inputs as of now: a seed repeats all of them but the times in them. */
function inputs(): fc.Arbitrary<Input> {
  const nowMs = Date.now();
  const message = messages(nowMs);
  const { channel } = stage.scope;
  return fc.oneof(
    message.map((text): Input => ({ command: 'PUBLISH', message: text })),
    entries(channel, message, nowMs).map((fields): Input => ({ command: 'XADD', fields })),
  );
}

async function send(chunk: readonly Input[]): Promise<void> {
  const { channel, journal, redis } = stage.scope;
  for (let from = 0; from < chunk.length; from += PIPELINE) {
    const pipeline = redis.pipeline();
    for (const input of chunk.slice(from, from + PIPELINE)) {
      if (input.command === 'PUBLISH') pipeline.publish(channel, input.message);
      else pipeline.xadd(journal, '*', ...input.fields);
    }
    const replies = (await pipeline.exec()) ?? [];
    const refusal = replies.find(([error]) => error !== null)?.[0];
    if (refusal) throw refusal;
  }
  published += chunk.filter(({ command }) => command === 'PUBLISH').length;
  appended += chunk.filter(({ command }) => command === 'XADD').length;
}

/** Errors that the application logged, whatever about. */
const errorLines = (): string[] =>
  app.output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));

beforeAll(async () => {
  app = await stage.start({
    HEALTH_MAX_SERVICES: String(MAX_SERVICES),
    HEALTH_DEAD_LETTER_RETENTION_DAYS: '3650', // some entries claim a reception of just 30 days ago
  });
  const record = await JournalRecord.open(stage.scope);
  const expected = new ExpectedFates();
  const { seed = 0 } = fc.readConfigureGlobal();
  for (let sent = 0; sent < fuzzInputs(); sent += CHUNK) {
    const numRuns = Math.min(CHUNK, fuzzInputs() - sent);
    await send(fc.sample(inputs(), { seed: seed + sent, numRuns }));
    await waitUntil('all that was published is journaled', async () => {
      const { received, journaled, deduplicated, shed } = await statsOf(app);
      return received === published && received === journaled + deduplicated + shed;
    });
    expected.add(await record.read());
    expect(errorLines()).toEqual([]);
  }
  await settled(stage.scope, [app], SETTLED_WITHIN_MS);
  await record.close();
  fates = await expected.verify(stage.scope);
  process.stderr.write(
    `fuzzed ingest: ${published} published, ${appended} appended: ${JSON.stringify(fates)}\n`,
  );
}, TIME_LIMIT_MS);

it('makes of each input a row, a dead letter, or one of several that share a row', () => {
  expect(fates.events).toBe(fates.rows + fates.letters + fates.duplicates);
  expect(fates.rows).toBeGreaterThan(fuzzInputs() / 20);
  expect(fates.byReason).not.toHaveProperty('storage_rejected');
});

it('counts each of them once', async () => {
  const stats = await statsOf(app);
  expect(stats).toMatchObject({
    received: published,
    journaled: published - stats.deduplicated,
    shed: 0,
    read: fates.events,
    stored: fates.rows,
    dead_lettered: fates.letters,
    duplicate: fates.duplicates,
    in_flight: 0,
  });
});

it('is alive and well afterwards', async () => {
  expect(errorLines()).toEqual([]);
  expect(await app.isReady()).toBe(true);
});

it('shows all of it over REST', async () => {
  const names = await stage.scope.sql<{ name: string }>(
    'SELECT service_name AS name FROM service_status',
  );
  const below = ['', '/messages?limit=1000', '/history?bucket=1d', '/uptime', '/transitions'];
  const routes = names.flatMap(({ name }) =>
    below.map((route) => `/services/${encodeURIComponent(name)}${route}`),
  );
  for (const route of [...routes, '/dashboard', '/dead-letters?limit=1000', '/gaps']) {
    await app.api(route);
  }
});
