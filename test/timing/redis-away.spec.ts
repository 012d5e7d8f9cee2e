import type { App } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import { testServices } from '../support/services.js';
import { useStage } from '../support/stage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const RECOVERY_MS = 10_000;
const TAKE_OVER_MS = 30_000;

const stage = useStage();

const status = async (app: App, route: string): Promise<number> =>
  (await fetch(app.url + route)).status;

/** Publishes until an event comes through: a fresh one each time, as pub/sub keeps none. */
async function isHeardAgain(service: string): Promise<void> {
  const { scope } = stage;
  await waitUntil(
    'a fresh event is stored',
    async () => {
      await scope.redis.publish(
        scope.channel,
        JSON.stringify(healthEvent({ service_name: service })),
      );
      return (await scope.count('health_messages', 'service_name = $1', [service])) > 0;
    },
    { deadlineMs: RECOVERY_MS, pollMs: 200 },
  );
}

describe('an instance whose Redis', () => {
  let proxy: TcpProxy;

  beforeEach(async () => {
    proxy = await TcpProxy.to(testServices().redisUrl);
  });

  afterEach(async () => {
    await proxy.close();
  });

  it('is down at its start serves what needs no Redis, and subscribes when it comes', async () => {
    proxy.mode = 'refuse';
    const app = stage.spawn({ REDIS_URL: proxy.url });
    await waitUntil('it listens', () => app.logged('app.started').length > 0);
    await waitUntil(
      'it reads the database',
      async () => (await status(app, '/api/v1/health/dashboard')) === 200,
    );
    expect(await status(app, '/health/live')).toBe(200);
    expect(await status(app, '/health/ready')).toBe(503);

    proxy.mode = 'forward';

    await waitUntil('it is ready', async () => await app.isReady(), { deadlineMs: RECOVERY_MS });
    await isHeardAgain('after-start');
    await app.stop();
  });

  it('drops all connections subscribes again and goes on', async () => {
    const app = await stage.start({ REDIS_URL: proxy.url });
    for (const round of [1, 2, 3]) {
      proxy.mode = 'refuse';
      proxy.reset();
      await waitUntil('it is not ready', async () => !(await app.isReady()));
      expect(await status(app, '/api/v1/health/dashboard')).toBe(200);

      proxy.mode = 'forward';

      await waitUntil('it is ready', async () => await app.isReady(), { deadlineMs: RECOVERY_MS });
      await isHeardAgain(`after-drop-${round}`);
    }
    await app.stop();
  });

  it('answers no more, its connections half open, notices, and goes on afterwards', async () => {
    const app = await stage.start({ REDIS_URL: proxy.url });
    proxy.mode = 'black-hole';
    await waitUntil('it is not ready', async () => !(await app.isReady()));

    proxy.mode = 'forward';

    await waitUntil('it is ready', async () => await app.isReady(), {
      deadlineMs: RECOVERY_MS + 5_000,
    });
    await isHeardAgain('after-silence');
    // What Redis sent into the dead connection is taken over, when it has been idle for long enough.
    await waitUntil(
      'nothing is left pending',
      async () => (await stage.scope.pendingEntries()) === 0,
      { deadlineMs: TAKE_OVER_MS },
    );
    await app.stop();
  });
});

it('an ACL that refuses the channels is an error in the log and not ready, until it is mended', async () => {
  const { scope } = stage;
  const user = `test-${scope.id}`;
  await scope.redis.call('ACL', 'SETUSER', user, 'on', '>secret', '~*', '+@all', 'resetchannels');
  const url = new URL(testServices().redisUrl);
  url.username = user;
  url.password = 'secret';
  try {
    const app = stage.spawn({ REDIS_URL: url.href });
    const line = await waitUntil('it says so', () => app.logged('ingest.subscription_refused')[0]);
    expect(line.level).toBe('error');
    expect(JSON.stringify(line)).toContain('NOPERM');
    expect(app.output).not.toContain('secret');
    expect(await status(app, '/health/ready')).toBe(503);
    expect(app.isRunning).toBe(true);

    await scope.redis.call('ACL', 'SETUSER', user, 'allchannels');

    await waitUntil('it is ready', async () => await app.isReady(), { deadlineMs: RECOVERY_MS });
    await isHeardAgain('after-refusal');
    await app.stop();
  } finally {
    await scope.redis.call('ACL', 'DELUSER', user);
  }
});
