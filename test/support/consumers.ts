import type { App } from './app.js';
import type { Scope } from './scope.js';

/** Entries delivered to an instance and not acknowledged. */
export async function pendingOf(scope: Scope, app: App): Promise<number> {
  const reply = await scope.redis.xinfo('CONSUMERS', scope.journal, scope.group);
  const value = (fields: unknown[], name: string): unknown => fields[fields.indexOf(name) + 1];
  return (reply as unknown[][])
    .filter((fields) => String(value(fields, 'name')).startsWith(`${app.instanceId}:`))
    .reduce((sum, fields) => sum + Number(value(fields, 'pending')), 0);
}
