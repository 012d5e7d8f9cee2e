import type { App } from './app.js';
import type { Dashboard, GapItem, GapList } from './rest.js';
import type { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';

/** The gaps since a moment that an instance tells of, begun last first. */
export const gapsOf = async (app: App, sinceMs: number): Promise<readonly GapItem[]> =>
  (await app.api<GapList>(`/gaps?from=${new Date(sinceMs).toISOString()}`)).items;

/** Resolves to the one gap since a moment, when it has ended. */
export async function theOnlyGap(
  app: App,
  sinceMs: number,
): Promise<GapItem & { readonly to: string }> {
  let gaps: readonly GapItem[] = [];
  await waitUntil(
    'a gap has ended',
    async () => {
      gaps = await gapsOf(app, sinceMs);
      return gaps.length > 0 && gaps.every(({ to }) => to !== null);
    },
    { describe: () => gaps },
  );
  const [gap, ...others] = gaps;
  if (gap?.to == null || others.length > 0) throw new Error(`gaps: ${JSON.stringify(gaps)}`);
  return { ...gap, to: gap.to };
}

/** Resolves when the instance sees, and all that was before it has been recorded. */
export async function observes(scope: Scope, app: App): Promise<void> {
  await seesPastNow(scope);
  await waitUntil('it observes', async () => {
    const { observing, gap } = await app.api<Dashboard>('/dashboard');
    return observing && gap === null;
  });
}

/** Resolves when heartbeats have come through that Redis published after now. */
export async function seesPastNow(scope: Scope): Promise<void> {
  const [seconds, micros] = await scope.redis.time();
  await waitUntil('a fresh heartbeat has come through', async () => {
    const rows = await scope.sql(
      'SELECT FROM health_observation WHERE covered_through > to_timestamp($1::float8)',
      [Number(seconds) + Number(micros) / 1e6],
    );
    return rows.length > 0;
  });
}

/** Redis's clock, in milliseconds. */
export async function redisNowMs(scope: Scope): Promise<number> {
  const [seconds, micros] = await scope.redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}
