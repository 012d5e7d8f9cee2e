import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { loadEnvironment } from '../../src/config/load.js';
import { SEVERITY } from '../../src/status/aggregation.js';
import { SERVICE_COLUMNS, type ServiceRecord } from '../../src/status/service-record.js';
import { StatusSnapshot } from '../../src/status/status-snapshot.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import type { Scope } from './scope.js';

/** One read of a snapshot: what it was given, and what there was at the same moment. */
interface Read {
  /** Services returned to it. */
  readonly services: number;
  /** It asked for all, not for changes. */
  readonly isFull: boolean;
  readonly truth: readonly ServiceRecord[];
}

const TRUTH = {
  name: 'truth',
  text: `
    SELECT ${SERVICE_COLUMNS}
      FROM service_status s
     ORDER BY array_position('{${SEVERITY.join(',')}}', s.current_status), s.service_name`,
};

/** Every read sees all services, too, in the same moment of the database. */
class TruthfulDatabase extends Database {
  readonly reads: Read[] = [];

  override async read<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return await this.snapshot(async (session) => {
      const rows = await session.query<Row>({ name: 'read', text }, values);
      const truth = await session.query<ServiceRecord & QueryResultRow>(TRUTH, []);
      const services = rows.filter((row) => row['service_name'] !== null).length;
      this.reads.push({ services, isFull: values[0] === null, truth });
      return rows;
    });
  }
}

/** A snapshot of a scope's services beside what a full read of the same moment gives. */
export class ComparedSnapshot {
  private readonly snapshot: StatusSnapshot;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly database: TruthfulDatabase,
  ) {
    this.snapshot = new StatusSnapshot(database);
  }

  static async open(scope: Scope): Promise<ComparedSnapshot> {
    const dataSource = createDataSource(loadEnvironment(scope.environment));
    await dataSource.initialize();
    return new ComparedSnapshot(dataSource, new TruthfulDatabase(dataSource));
  }

  get reads(): readonly Read[] {
    return this.database.reads;
  }

  /** What the snapshot says. */
  async services(): Promise<readonly ServiceRecord[]> {
    const services = await this.snapshot.services();
    return services.page(null, services.size).items.map(shown);
  }

  /** Looks alone; rejects where the snapshot differs from the truth in anything, the order too. */
  async compare(): Promise<readonly ServiceRecord[]> {
    const services = await this.services();
    const truth = this.reads.at(-1)?.truth;
    // Thousands of rows, hundreds of times: as text, and only what differs is told.
    if (JSON.stringify(services) !== JSON.stringify(truth)) expect(services).toEqual(truth);
    return services;
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

const shown = (record: ServiceRecord): ServiceRecord => ({
  service_name: record.service_name,
  current_status: record.current_status,
  status_since: record.status_since,
  last_seen: record.last_seen,
  last_occurred_at: record.last_occurred_at,
  due_at: record.due_at,
  message_count: record.message_count,
  instance_count: record.instance_count,
  response_time_ms: record.response_time_ms,
  message: record.message,
});
