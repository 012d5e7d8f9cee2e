import { runCommand } from '../support/command.js';
import { sqlIn } from '../support/documents.js';
import { useStage } from '../support/stage.js';

const stage = useStage();

beforeAll(async () => {
  const { scope } = stage;
  await runCommand('src/cli/migrate.js', scope.environment);
  const insert = `
    INSERT INTO health_messages (
      occurred_at, message_id, received_at, service_name, instance_id, status, payload)
    VALUES (now(), gen_random_uuid(), now(), 'orders', 'default', 'healthy', $1)`;
  await scope.sql(insert, [String.raw`{"version":"1.2"}`]);
  await scope.sql(insert, [String.raw`{"version":"1\u00002"}`]);
});

it('its statements run on a log in which a payload holds \\u0000', async () => {
  const { scope } = stage;
  const [versions, counts, ...others] = await sqlIn('docs/guarantees.md');
  expect(others).toEqual([]);
  await expect(scope.sql(`SELECT payload ->> 'version' FROM health_messages`)).rejects.toThrow(
    String.raw`unsupported Unicode escape sequence`,
  );
  const rows = await scope.sql<Record<string, string | null>>(`${versions ?? ''} ORDER BY 1`);
  expect(rows.flatMap((row) => Object.values(row))).toEqual(['1.2', null]);
  expect(await scope.sql(counts ?? '')).toEqual([
    { stored: null, rows: '2', dead_lettered: null }, // no instance stored these rows
  ]);
});
