import type { Session } from '../storage/database.js';
import { addPolicy, READ_POLICY, removePolicy } from './policy.sql.js';

/** What changed with a policy. */
export interface PolicyChange {
  /** The interval of the policy that was there; null: there was none. */
  readonly before: string | null;
}

/**
 * Has chunks of a table, or of a continuous aggregate, dropped by TimescaleDB after so many days; a policy of another
 * interval goes. `announce` comes before that. Null: nothing had to change.
 */
export async function ensurePolicy(
  session: Session,
  schema: string,
  relation: string,
  days: number,
  announce: (change: PolicyChange) => Promise<void>,
): Promise<PolicyChange | null> {
  const [policy] = await session.query<{ drop_after: string; is_right: boolean }>(READ_POLICY, [
    days,
    relation,
  ]);
  if (policy?.is_right === true) return null;
  const change = { before: policy?.drop_after ?? null };
  await announce(change);
  if (policy !== undefined) await session.query(removePolicy(schema), [relation]);
  await session.query(addPolicy(schema), [days, relation]);
  return change;
}
