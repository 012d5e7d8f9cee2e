import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const stage = useStage();

const coveredThrough = async (): Promise<number> => {
  const [row] = await stage.scope.sql<{ covered: string }>(
    'SELECT (extract(epoch FROM covered_through) * 1e6)::bigint AS covered FROM health_observation',
  );
  return Number(row?.covered ?? 0);
};

it('the line that is covered follows the clock of Redis', async () => {
  await stage.start();
  await waitUntil('it begins', async () => (await coveredThrough()) > 0);
  const before = await coveredThrough();
  await waitUntil('it moves', async () => (await coveredThrough()) > before + 3_000_000);
  const [seconds] = await stage.scope.redis.time();
  expect(Number(seconds) * 1e6 - (await coveredThrough())).toBeLessThan(3_000_000);
  expect(await stage.scope.count('health_gaps')).toBe(0);
});
