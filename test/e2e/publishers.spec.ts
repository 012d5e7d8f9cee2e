import type { App } from '../support/app.js';
import { differences } from '../support/differences.js';
import { expectedServices } from '../support/expected.js';
import { fleet } from '../support/factories.js';
import { PUBLISHERS } from '../support/publishers.js';
import { recomputedStates, storedStates } from '../support/recompute.js';
import type { Dashboard } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const EVENTS = 10_000;
const SERVICES = 10;

const stage = useStage();

describe('10,000 events of a real publisher', () => {
  let app: App;

  beforeAll(async () => {
    app = await stage.start();
  });

  it.each(PUBLISHERS.map((publisher, index) => ({ publisher, index, name: publisher.name })))(
    'from $name become 10,000 rows, and the right status and count over REST',
    async ({ publisher, index }) => {
      const { scope } = stage;
      const prefix = `publisher${index}`;
      const events = fleet({ events: EVENTS, services: SERVICES, prefix });

      await publisher.publish(scope, events);

      const ofPublisher = `service_name LIKE '${prefix}-%'`;
      await waitUntil(
        '10,000 rows',
        async () => (await scope.count('health_messages', ofPublisher)) >= EVENTS,
        { deadlineMs: 30_000 },
      );
      await settled(scope, [app]);
      const rows = await scope.sql<{ message_id: string }>(
        `SELECT message_id::text FROM health_messages WHERE ${ofPublisher} ORDER BY message_id`,
      );
      const stored = rows.map((row) => row.message_id);
      expect(differences(stored, events.map((event) => event.message_id).sort())).toBeNull();

      const { services } = await app.api<Dashboard>('/dashboard?limit=10000');
      const shown = services
        .filter(({ service_name }) => service_name.startsWith(`${prefix}-`))
        .map(({ service_name, current_status, message_count, instance_count }) => ({
          service_name,
          current_status,
          message_count,
          instance_count,
        }))
        .sort((a, b) => (a.service_name < b.service_name ? -1 : 1));
      expect(shown).toEqual(expectedServices(events));
    },
  );

  it('leave states that follow from the audit log, and no dead letter', async () => {
    expect(await storedStates(stage.scope)).toEqual(await recomputedStates(stage.scope));
    expect(await stage.scope.count('health_dead_letters')).toBe(0);
  });

  it('are found by the three statements of the original guide, as written', async () => {
    const { scope } = stage;
    const hypertables = await scope.sql<{ hypertable_schema: string; hypertable_name: string }>(
      `SELECT * FROM timescaledb_information.hypertables WHERE hypertable_name LIKE 'health_%'`,
    );
    expect(
      hypertables
        .filter(({ hypertable_schema }) => hypertable_schema === scope.schema)
        .map(({ hypertable_name }) => hypertable_name)
        .sort(),
    ).toEqual(['health_messages', 'health_transitions']);
    expect(
      await scope.sql(
        `SELECT COUNT(*) FROM health_messages WHERE received_at > NOW() - INTERVAL '1 hour'`,
      ),
    ).toEqual([{ count: String(EVENTS * PUBLISHERS.length) }]);
    const services = await scope.sql<{ service_name: string; last_seen: Date }>(
      `SELECT service_name, current_status, last_seen FROM service_status ORDER BY last_seen DESC`,
    );
    expect(services).toHaveLength(SERVICES * PUBLISHERS.length);
    expect(services[0]?.service_name).toMatch(`publisher${PUBLISHERS.length - 1}-`);
    expect(services[0]?.last_seen).toBeInstanceOf(Date);
  });
});
