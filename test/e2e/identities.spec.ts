import type { App } from '../support/app.js';
import { healthEvent, type EventDocument } from '../support/factories.js';
import { journalAppender, rawSocket } from '../support/publishers.js';
import { publishWithRedisCli } from '../support/redis-cli.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const IDS = 1_000;

const stage = useStage();

/** Rows of a service. */
const rowsOf = async (service: string): Promise<number> =>
  await stage.scope.count('health_messages', 'service_name = $1', [service]);

describe.each([{ instances: 1 }, { instances: 3 }])(
  'with $instances instance(s)',
  ({ instances }) => {
    const named = (name: string): string => `${name}-${instances}`;
    let apps: App[] = [];

    beforeAll(async () => {
      apps = await stage.startMany(instances);
    });

    afterAll(async () => {
      const ends = await Promise.all(apps.map(async (app) => await app.stop()));
      expect(ends.map(({ code }) => code)).toEqual(apps.map(() => 0));
    });

    it('two services that use the same ids 1, 2, 3, … lose nothing to each other', async () => {
      const services = [named('left'), named('right')];
      const events = Array.from({ length: IDS }, (_, index) =>
        services.map((service_name): EventDocument => ({
          service_name,
          status: 'ok',
          id: index % 2 === 0 ? index + 1 : String(index + 1),
        })),
      ).flat();

      await rawSocket.publish(stage.scope, events);

      await settled(stage.scope, apps);
      expect(await Promise.all(services.map(rowsOf))).toEqual([IDS, IDS]);
    });

    it('an event without id and time that is sent twice is two rows', async () => {
      const published = { service_name: named('published-twice'), status: 'ok' };
      const appended = { service_name: named('appended-twice'), status: 'ok' };

      await rawSocket.publish(stage.scope, [published, published]);
      await journalAppender.publish(stage.scope, [appended, appended]);

      await settled(stage.scope, apps);
      expect(await rowsOf(published.service_name)).toBe(2);
      expect(await rowsOf(appended.service_name)).toBe(2);
    });

    it('an id that is sent with two times is two rows, also where both take effect at once', async () => {
      const { redis, journal, channel } = stage.scope;
      const event = { service_name: named('two-times'), message_id: named('same') };
      const soonMs = Date.now() + 200; // behind all that is in the journal
      const append = async (ms: number, document: unknown): Promise<void> => {
        await redis.xadd(journal, `${ms}-0`, channel, JSON.stringify(document));
      };
      // The first is ahead of its reception and takes effect with it; the other occurred in that moment.
      await append(soonMs, { ...event, status: 'ok', timestamp: soonMs + 50 });
      await append(soonMs + 100, { ...event, status: 'failed', timestamp: soonMs });

      await settled(stage.scope, apps);
      expect(await rowsOf(event.service_name)).toBe(2);
      const transitions = await stage.scope.sql(
        `SELECT to_status FROM health_transitions WHERE service_name = $1 ORDER BY received_at`,
        [event.service_name],
      );
      expect(transitions).toEqual([{ to_status: 'healthy' }, { to_status: 'unhealthy' }]);
    });

    it('an event with an id that is sent twice is one row', async () => {
      const published = healthEvent({ service_name: named('published-again') });
      const appended = healthEvent({ service_name: named('appended-again') });

      await rawSocket.publish(stage.scope, [published, published]);
      await journalAppender.publish(stage.scope, [appended, appended]);

      await settled(stage.scope, apps);
      expect(await rowsOf(published.service_name)).toBe(1);
      expect(await rowsOf(appended.service_name)).toBe(1);
    });

    it('pretty-printed JSON is one event, kept to the byte', async () => {
      const service = named('pretty');
      const document = JSON.stringify(healthEvent({ service_name: service }), null, 4);

      await publishWithRedisCli(stage.scope.channel, [document]);

      await settled(stage.scope, apps);
      expect(
        await stage.scope.sql(
          'SELECT payload::text AS payload FROM health_messages WHERE service_name = $1',
          [service],
        ),
      ).toEqual([{ payload: document }]);
      expect(await stage.scope.count('health_dead_letters')).toBe(0);
    });
  },
);
