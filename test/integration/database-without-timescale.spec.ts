import pg from 'pg';
import { testServices } from '../support/services.js';
import { runCommand } from '../support/command.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const stage = useStage();
const admin = testServices().adminDatabaseUrl;

/** Needs a role that may create a database: the local services have one. */
const withAdmin = admin === null ? describe.skip : describe;

withAdmin('a database without TimescaleDB', () => {
  let client: pg.Client;
  let name: string;
  let databaseUrl: string;

  beforeAll(async () => {
    const url = new URL(testServices().databaseUrl);
    client = new pg.Client({ connectionString: admin ?? '' });
    await client.connect();
    name = `health_monitor_test_${stage.scope.id}`;
    // template0: what an administrator has put into template1 is not in it.
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 OWNER "${url.username}"`);
    url.pathname = `/${name}`;
    databaseUrl = url.toString();
  });

  afterAll(async () => {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await client.end();
  });

  it('is refused in one sentence that says what to run', async () => {
    const environment = { ...stage.scope.environment, DATABASE_URL: databaseUrl };

    const { code, stdout, errorLines } = await runCommand('src/cli/migrate.js', environment);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(errorLines).toEqual([
      expect.stringMatching(new RegExp(`"${name}".*CREATE EXTENSION timescaledb`)),
    ]);
  });

  it('keeps an instance alive and not ready, and is said once in its log', async () => {
    const app = stage.spawn({ DATABASE_URL: databaseUrl });

    const line = await waitUntil('it says so', () => app.logged('database.closed')[0]);

    expect(line).toMatchObject({
      level: 'error',
      problem: expect.stringContaining('CREATE EXTENSION timescaledb'),
    });
    expect(await app.isReady()).toBe(false);
    expect(app.isRunning).toBe(true);
  });
});
