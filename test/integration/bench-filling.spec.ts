import { fill } from '../../src/cli/bench/filling.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';

const FLEET = { services: 5, instancesPerService: 2, ttlSeconds: 0 };
const ROWS = 12_000;

let scope: Scope;

beforeAll(async () => {
  scope = await Scope.open();
  expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await scope.close();
});

it('the history that the bench fills tables with is one that the product could have stored', async () => {
  await fill(scope.environment['DATABASE_URL'] ?? '', scope.schema, ROWS, FLEET, 1);

  expect(await scope.count('health_messages')).toBe(ROWS);
  expect(await scope.count('service_instances')).toBe(10);
  expect(await scope.count('health_transitions')).toBeGreaterThan(10);
  const found = await runCommand('src/cli/rebuild-status.js', scope.environment, ['--dry-run']);
  expect(found).toMatchObject({ code: 0 });
  expect(found.stdout).toContain('compared 5 services: nothing differed');
});
