import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServices } from '../support/services.js';
import { NotInjected } from './fault.js';
import type { World } from './world.js';

/**
 * A role that the instances of one world log in as, and nobody else: what befalls it leaves the checks
 * alone. It acts as the application's role, which owns all that is made.
 */
export class InstanceRole {
  private constructor(
    readonly name: string,
    /** What instances are to connect to. */
    readonly url: string,
    private readonly admin: pg.Client,
  ) {}

  /** To be called before the world begins. @throws NotInjected without a superuser */
  static async create(world: World): Promise<InstanceRole> {
    const admin = await superuser(world);
    const url = new URL(testServices().databaseUrl);
    const application = pg.escapeIdentifier(url.username);
    const name = `instances_${randomBytes(5).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE ${application}`);
    await admin.query(`ALTER ROLE ${name} SET role = ${application}`);
    Object.assign(url, { username: name, password });
    world.cleanUp(() => admin.query(`DROP ROLE ${name}`));
    return new InstanceRole(name, url.toString(), admin);
  }

  /** `ALTER ROLE …` with this; what it sets holds for sessions that begin later. */
  async alter(clause: string): Promise<void> {
    await this.admin.query(`ALTER ROLE ${this.name} ${clause}`);
  }

  /** Ends its sessions, and returns how many there were. */
  async endSessions(): Promise<number> {
    const { rowCount } = await this.admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1',
      [this.name],
    );
    return rowCount ?? 0;
  }
}

/** A connection of a superuser's, closed with the world. @throws NotInjected where none is given */
export async function superuser(world: World): Promise<pg.Client> {
  const { adminDatabaseUrl } = testServices();
  if (adminDatabaseUrl === null) {
    throw new NotInjected("it takes a superuser's connection, TEST_ADMIN_DATABASE_URL");
  }
  const admin = new pg.Client({ connectionString: adminDatabaseUrl });
  admin.on('error', () => undefined); // the statement that meets it reports it
  await admin.connect();
  world.cleanUp(() => admin.end());
  return admin;
}
