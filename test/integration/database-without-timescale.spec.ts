import { runCommand } from '../support/command.js';
import { describeWithAdmin, OwnDatabase } from '../support/own-database.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const stage = useStage();

describeWithAdmin('a database without TimescaleDB', () => {
  let database: OwnDatabase;

  beforeAll(async () => {
    database = await OwnDatabase.create(stage.scope.id, { hasTimescale: false });
  });

  afterAll(async () => {
    await database.drop();
  });

  it('is refused in one sentence that says what to run', async () => {
    const environment = { ...stage.scope.environment, DATABASE_URL: database.url };

    const { code, stdout, errorLines } = await runCommand('src/cli/migrate.js', environment);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(errorLines).toEqual([
      expect.stringMatching(new RegExp(`"${database.name}".*CREATE EXTENSION timescaledb`)),
    ]);
  });

  it('keeps an instance alive and not ready, and is said once in its log', async () => {
    const app = stage.spawn({ DATABASE_URL: database.url });

    const line = await waitUntil('it says so', () => app.logged('database.closed')[0]);

    expect(line).toMatchObject({
      level: 'error',
      problem: expect.stringContaining('CREATE EXTENSION timescaledb'),
    });
    expect(await app.isReady()).toBe(false);
    expect(app.isRunning).toBe(true);
  });
});
