import pg from 'pg';
import { testServices } from './services.js';

/** A database of a spec's own: empty, owned by the role that the application runs as. */
export class OwnDatabase {
  private constructor(
    readonly name: string,
    /** As the application's role. */
    readonly url: string,
    private readonly admin: pg.Client,
  ) {}

  /** @param id unique among all runs on the same server */
  static async create(
    id: string,
    { hasTimescale }: { readonly hasTimescale: boolean },
  ): Promise<OwnDatabase> {
    const name = `health_monitor_test_${id}`;
    const url = new URL(testServices().databaseUrl);
    const admin = new pg.Client({ connectionString: adminUrl() });
    await admin.connect();
    // template0: what an administrator has put into template1 is not in it.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 OWNER "${url.username}"`);
    url.pathname = `/${name}`;
    const database = new OwnDatabase(name, url.toString(), admin);
    if (hasTimescale) await database.installTimescale();
    return database;
  }

  /** Runs a statement about databases and roles as the superuser. */
  async asAdmin(statement: string): Promise<void> {
    await this.admin.query(statement);
  }

  /** With all connections that are still open. */
  async drop(): Promise<void> {
    await this.admin.query(`DROP DATABASE ${this.name} WITH (FORCE)`);
    await this.admin.end();
  }

  async installTimescale(): Promise<void> {
    const url = new URL(adminUrl());
    url.pathname = `/${this.name}`;
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    try {
      await client.query('CREATE EXTENSION timescaledb');
    } finally {
      await client.end();
    }
  }
}

function adminUrl(): string {
  const url = testServices().adminDatabaseUrl;
  if (url === null) throw new Error('no role is given that may create a database');
  return url;
}

/**
 * `describe` for tests that need an {@link OwnDatabase}. Where the services are given without a role
 * that may create one, they are skipped, and the output says so.
 */
export function describeWithAdmin(name: string, tests: () => void): void {
  if (testServices().adminDatabaseUrl !== null) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped for want of TEST_ADMIN_DATABASE_URL, a superuser's: ${name}\n`);
  describe.skip(name, tests);
}
