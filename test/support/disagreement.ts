import type { App } from './app.js';
import type { ChannelOracle } from './channel-oracle.js';
import { type Differences, differences } from './differences.js';
import type { Dashboard, ServiceItem } from './rest.js';
import type { Scope } from './scope.js';
import { settled } from './settled.js';
import { waitUntil } from './wait-until.js';

const DEADLINE_MS = 20_000;

/**
 * What the dashboard says of services otherwise than the oracle, null where they agree, once both
 * have the same number of events: as many heard as there are rows, and as the services' counts make
 * together. Rejects where they do not within 20 s, or where there is a dead letter.
 *
 * Nobody may go on publishing; but what has just been published may be on its way to either.
 */
export async function disagreement(
  scope: Scope,
  app: App,
  oracle: ChannelOracle,
): Promise<Differences | null> {
  let counts: Readonly<Record<string, number>> = {};
  const services = await waitUntil(
    'as many events are stored as were heard',
    async () => {
      await settled(scope, [app]);
      const dashboard = await app.api<Dashboard>('/dashboard?limit=10000');
      counts = {
        rows: await scope.count('health_messages'),
        counted: dashboard.services.reduce((sum, { message_count }) => sum + message_count, 0),
        deadLetters: await scope.count('health_dead_letters'),
        heard: oracle.events.length,
      };
      const { rows, counted, deadLetters, heard } = counts;
      const isSame = rows === heard && counted === heard && deadLetters === 0;
      return isSame ? dashboard.services : null;
    },
    { deadlineMs: DEADLINE_MS, describe: () => counts },
  );
  return differences(services.map(comparable).sort(byName), oracle.services);
}

type Comparable = Omit<ServiceItem, 'status_since' | 'last_seen' | 'last_occurred_at' | 'due_at'>;

const comparable = (item: ServiceItem): Comparable => ({
  service_name: item.service_name,
  current_status: item.current_status,
  message_count: item.message_count,
  instance_count: item.instance_count,
  response_time_ms: item.response_time_ms,
  message: item.message,
});

const byName = (a: Comparable, b: Comparable): number => (a.service_name < b.service_name ? -1 : 1);
