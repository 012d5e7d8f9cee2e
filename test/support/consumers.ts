import type { App } from './app.js';
import type { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';

/** Entries delivered to an instance and not acknowledged. */
export async function pendingOf(scope: Scope, app: App): Promise<number> {
  const reply = await scope.redis.xinfo('CONSUMERS', scope.journal, scope.group);
  const value = (fields: unknown[], name: string): unknown => fields[fields.indexOf(name) + 1];
  return (reply as unknown[][])
    .filter((fields) => String(value(fields, 'name')).startsWith(`${app.instanceId}:`))
    .reduce((sum, fields) => sum + Number(value(fields, 'pending')), 0);
}

/** Halts an instance (SIGSTOP) at a moment when it holds entries; resolves to how many. */
export async function haltAtWork(scope: Scope, app: App): Promise<number> {
  return await waitUntil(
    `${app.instanceId} is halted while it holds entries`,
    async () => {
      app.signal('SIGSTOP');
      const pending = await pendingOf(scope, app);
      if (pending > 0) return pending;
      app.signal('SIGCONT');
      return null;
    },
    { pollMs: 5 },
  );
}

/** As if nobody had touched what is pending for so long: then it is taken over sooner. */
export async function becomeIdle({ group, journal, redis }: Scope, idleMs: number): Promise<void> {
  const pending = (await redis.xpending(journal, group, '-', '+', 1_000)) as [string, string][];
  for (const [id, consumer] of pending) {
    await redis.xclaim(journal, group, consumer, 0, id, 'IDLE', idleMs, 'JUSTID');
  }
}
