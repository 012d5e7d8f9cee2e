import { hostname } from 'node:os';
import type { App } from '../support/app.js';
import { onTestFailure } from '../support/failure.js';
import { HealthPage } from '../support/health-page.js';
import {
  deleteUsers,
  documentedCode,
  inScope,
  makeUsers,
  pathWithRedisCli,
  redisUrlFor,
} from '../support/publishing-document.js';
import { ReporterProcess, type Stopped } from '../support/reporter-process.js';
import { REPORTER_RUNTIMES, type ReporterRuntime } from '../support/reporter-runtimes.js';
import type { ServiceDetail } from '../support/rest.js';
import { SentEvents } from '../support/sent-events.js';
import { testServices } from '../support/services.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

/** Every reporter promises its next event five seconds after the interval. */
const INTERVAL_SECONDS = 1;
const TTL_SECONDS = INTERVAL_SECONDS + 5;
/** The document's word for how long a stop takes at most. */
const STOP_MS = 10_000;
/** Some have to be compiled, on a machine that has other work. */
const START_MS = 60_000;
/** The reply to an XADD: an id of a stream, as a bulk string. */
const STREAM_ID_REPLY = /\$\d+\r\n\d+-\d+\r\n/;
const STOLEN_REPLIES = 2;
/** What every reporter writes where an event could not be sent. */
const FAILURE = 'health event not sent';
const UUID_V4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const stage = useStage();

describe('a documented reporter', () => {
  const reporters: { readonly service: string; readonly process: ReporterProcess }[] = [];
  let app: App;
  let sent: SentEvents;
  let page: HealthPage;

  function start(
    runtime: ReporterRuntime,
    service: string,
    environment: Readonly<Record<string, string>>,
  ): ReporterProcess {
    const code = inScope(stage.scope, documentedCode(runtime.file));
    const process = ReporterProcess.start(runtime, code, {
      SERVICE_NAME: service,
      HEALTH_CHECK_URL: page.url,
      HEALTH_INTERVAL_SECONDS: String(INTERVAL_SECONDS),
      PATH: pathWithRedisCli(),
      ...environment,
    });
    reporters.push({ service, process });
    return process;
  }

  async function shown(service: string): Promise<ServiceDetail | null> {
    const { status, body } = await app.get<ServiceDetail>(`/api/v1/health/services/${service}`);
    return status === 200 ? body : null;
  }

  async function untilShown(service: string, status: string): Promise<ServiceDetail> {
    return await waitUntil(
      `${service} is ${status}`,
      async () => {
        const detail = await shown(service);
        return detail?.current_status === status ? detail : null;
      },
      { deadlineMs: START_MS },
    );
  }

  /** Ids of a service's rows, in the order of their reception. */
  async function storedIds(service: string): Promise<string[]> {
    const rows = await stage.scope.sql<{ message_id: string }>(
      `SELECT message_id::text FROM health_messages WHERE service_name = $1 ORDER BY received_at`,
      [service],
    );
    return rows.map(({ message_id }) => message_id);
  }

  /** Redis is away when it starts, goes away again, and then takes what is sent without a word. */
  async function sitOut(runtime: ReporterRuntime): Promise<Stopped> {
    const service = `away-${runtime.file}`;
    const proxy = await TcpProxy.to(testServices().redisUrl);
    try {
      proxy.mode = 'refuse';
      const reporter = start(runtime, service, {
        REDIS_URL: redisUrlFor(stage.scope, 'publisher', Number(new URL(proxy.url).port)),
      });
      for (const absence of ['first', 'second']) {
        const failures = reporter.output.split(FAILURE).length;
        const events = (await shown(service))?.message_count ?? 0;
        proxy.mode = 'refuse';
        proxy.reset();
        await waitUntil(
          `${service} tells of the ${absence} absence`,
          () => reporter.output.split(FAILURE).length > failures,
          { deadlineMs: START_MS },
        );
        proxy.mode = 'forward';
        await waitUntil(
          `${service} is heard after the ${absence} absence`,
          async () => ((await shown(service))?.message_count ?? 0) > events,
        );
      }
      await untilShown(service, 'healthy');
      proxy.mode = 'black-hole';
      return await reporter.stop('SIGTERM');
    } finally {
      await proxy.close();
    }
  }

  beforeAll(async () => {
    app = await stage.start();
    page = await HealthPage.open();
    sent = await SentEvents.listen(stage.scope);
    await makeUsers(stage.scope);
  });

  beforeEach(() => {
    page.isWell = true;
  });

  onTestFailure(() =>
    reporters
      .map(({ service, process }) => `--- output of ${service}\n${process.output}`)
      .join('\n'),
  );

  afterAll(async () => {
    await Promise.all(
      reporters.map(async ({ process }) => {
        await process.remove();
      }),
    );
    sent.stop();
    await page.close();
    await deleteUsers(stage.scope);
  });

  for (const runtime of REPORTER_RUNTIMES.filter(({ missing }) => missing !== null)) {
    process.stderr.write(`the reporter in ${runtime.name} is not run: ${runtime.missing ?? ''}\n`);
  }

  /** One test per language; skipped, with the reason in its name, where that cannot run here. */
  function each(what: string, body: (runtime: ReporterRuntime) => Promise<void>): void {
    for (const runtime of REPORTER_RUNTIMES) {
      const { missing, name } = runtime;
      if (missing !== null) it.skip(`in ${name} ${what} (${missing})`, () => undefined);
      else {
        it(`in ${name} ${what}`, async () => {
          await body(runtime);
        });
      }
    }
  }

  each('publishes that it starts, what its check finds and that it stops', async (runtime) => {
    const { scope } = stage;
    const service = `published-${runtime.file}`;
    const reporter = start(runtime, service, { REDIS_URL: redisUrlFor(scope, 'publisher') });

    const healthy = await untilShown(service, 'healthy');
    expect(healthy.instances).toMatchObject([
      { instance_id: hostname(), current_status: 'healthy' },
    ]);
    expect(healthy.response_time_ms).toEqual(expect.any(Number));
    expect(
      await scope.sql('SELECT ttl_seconds FROM service_instances WHERE service_name = $1', [
        service,
      ]),
    ).toEqual([{ ttl_seconds: TTL_SECONDS }]);
    page.isWell = false;
    await untilShown(service, 'unhealthy');
    const { how, ms } = await reporter.stop('SIGTERM');

    expect([0, 143, 'SIGTERM']).toContain(how);
    expect(ms).toBeLessThan(STOP_MS);
    await settled(scope, [app]);
    expect(await shown(service)).toMatchObject({ current_status: 'unknown', instance_count: 0 });
    const transitions = await scope.sql<{ to_status: string }>(
      `SELECT to_status FROM health_transitions WHERE service_name = $1
       ORDER BY occurred_at, received_at`,
      [service],
    );
    expect(transitions.map(({ to_status }) => to_status)).toEqual([
      'unknown',
      'healthy',
      'unhealthy',
      'left',
    ]);
    const events = sent.of(service);
    expect(new Set(events.map(({ command }) => command))).toEqual(new Set(['PUBLISH']));
    expect(events.map(({ event }) => event.status).join(' ')).toMatch(
      /^starting( healthy)+( unhealthy)+ stopping$/,
    );
    for (const { event } of events) expect(event.message_id).toMatch(UUID_V4);
    expect(await storedIds(service)).toEqual(events.map(({ event }) => event.message_id));
  });

  each('sends again what was not acknowledged, and it counts once', async (runtime) => {
    const { scope } = stage;
    const service = `acknowledged-${runtime.file}`;
    const proxy = await TcpProxy.to(testServices().redisUrl);
    proxy.dropReplies((bytes) => STREAM_ID_REPLY.test(bytes.toString('latin1')), STOLEN_REPLIES);
    try {
      const reporter = start(runtime, service, {
        HEALTH_ACKNOWLEDGED: 'true',
        REDIS_URL: redisUrlFor(scope, 'appender', Number(new URL(proxy.url).port)),
      });
      await untilShown(service, 'healthy');
      const { how } = await reporter.stop('SIGINT');
      expect([0, 130, 'SIGINT']).toContain(how);
    } finally {
      await proxy.close();
    }

    await settled(scope, [app]);
    const events = sent.of(service);
    expect(new Set(events.map(({ command }) => command))).toEqual(new Set(['XADD']));
    const messages = new Map(events.map(({ raw, event }) => [raw, event]));
    expect(proxy.endedAtReplies).toBe(STOLEN_REPLIES);
    expect(events).toHaveLength(messages.size + STOLEN_REPLIES);
    const ids = [...messages.values()].map(({ message_id }) => message_id);
    expect(await storedIds(service)).toEqual(ids);
    expect(await shown(service)).toMatchObject({
      current_status: 'unknown',
      instance_count: 0,
      message_count: ids.length,
    });
  });

  describe('whose Redis is away', () => {
    const outcomes = new Map<ReporterRuntime, Promise<Stopped>>();

    // All at once, for there is much to wait for.
    beforeAll(() => {
      for (const runtime of REPORTER_RUNTIMES.filter(({ missing }) => missing === null)) {
        const outcome = sitOut(runtime);
        outcome.catch(() => undefined); // its own test reports it
        outcomes.set(runtime, outcome);
      }
    });

    each('goes on whenever it comes, and stops although it hangs', async (runtime) => {
      const stopped = await outcomes.get(runtime);

      expect([0, 143, 'SIGTERM']).toContain(stopped?.how);
      expect(stopped?.ms).toBeLessThan(STOP_MS);
    });
  });

  it('sends nothing that becomes a dead letter, and writes no password', async () => {
    await settled(stage.scope, [app]);
    expect(await stage.scope.count('health_dead_letters')).toBe(0);
    expect(reporters.map(({ process }) => process.output).join('\n')).not.toContain('change-me');
  });
});
