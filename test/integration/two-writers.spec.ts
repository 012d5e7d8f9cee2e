import pg from 'pg';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { loadEnvironment } from '../../src/config/load.js';
import { StatusChanges } from '../../src/status/status-changes.js';
import { StatusStore } from '../../src/status/status-store.js';
import type { Session } from '../../src/storage/database.js';
import { worst } from '../support/expected.js';
import { runCommand } from '../support/command.js';
import { useStage } from '../support/stage.js';

const ROUNDS = 1_000;
const SERVICE = 'contended';

const stage = useStage();

/** One writer: its own connection, its own instance of the service. */
class Writer {
  private constructor(
    private readonly client: pg.Client,
    private readonly store: StatusStore,
    private readonly instanceId: string,
  ) {}

  static async open(instanceId: string): Promise<Writer> {
    const { environment, schema } = stage.scope;
    const client = new pg.Client({
      connectionString: environment['DATABASE_URL'],
      options: `-c search_path=${schema}`,
    });
    await client.connect();
    const settings = loadEnvironment(environment);
    const store = new StatusStore(settings, new StatusChanges(settings));
    return new Writer(client, store, instanceId);
  }

  /** Applies one event in a transaction, as a commit does. */
  async report(status: 'healthy' | 'unhealthy', messageId: string, atUs: number): Promise<void> {
    const event: ReceivedEvent = {
      serviceName: SERVICE,
      instanceId: this.instanceId,
      status,
      isUnlistedStatus: false,
      timestampMs: null,
      messageId,
      responseTimeMs: null,
      ttlSeconds: null,
      message: null,
      version: null,
      payload: Buffer.from('{}'),
      occurredAtUs: atUs,
      receivedAtUs: atUs,
    };
    const session: Session = {
      query: async <Row extends pg.QueryResultRow>(
        { name, text }: { readonly name: string; readonly text: string },
        values: readonly unknown[],
      ) => (await this.client.query<Row>({ name, text, values: [...values] })).rows,
    };
    await this.client.query('BEGIN');
    const written = await this.store.apply(session, [event]);
    await this.client.query('COMMIT');
    this.store.remember(written);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

const open: Writer[] = [];

afterEach(async () => {
  for (const writer of open.splice(0)) await writer.close(); // a failed one would keep its locks
});

it('the service is always the worst of two instances that two writers set at the same moment', async () => {
  const { scope } = stage;
  await runCommand('src/cli/migrate.js', scope.environment);
  const writers = [await Writer.open('first'), await Writer.open('second')] as const;
  open.push(...writers);
  const startUs = Date.now() * 1_000;
  const wrong: unknown[] = [];

  for (let round = 0; round < ROUNDS; round += 1) {
    const atUs = startUs + round * 2;
    const [first, second] =
      round % 2 === 0 ? (['unhealthy', 'healthy'] as const) : (['healthy', 'unhealthy'] as const);
    await Promise.all([
      writers[0].report(first, idOf(round * 2), atUs),
      writers[1].report(second, idOf(round * 2 + 1), atUs + 1),
    ]);
    const instances = await scope.sql<{ current_status: string }>(
      'SELECT current_status FROM service_instances ORDER BY instance_id',
    );
    const [service] = await scope.sql<{ current_status: string }>(
      'SELECT current_status FROM service_status',
    );
    const statuses = instances.map(({ current_status }) => current_status);
    const isRight =
      service?.current_status === worst(statuses) && String(statuses) === String([first, second]);
    if (!isRight) wrong.push({ round, service: service?.current_status, statuses });
  }

  expect(wrong).toEqual([]);
  expect(
    await scope.sql('SELECT message_count::integer AS n, instance_count AS i FROM service_status'),
  ).toEqual([{ n: ROUNDS * 2, i: 2 }]);
});

const idOf = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
