import { type Check, requirement } from './check.js';
import type { Connections } from './database.sql.js';

/** A limit with what others leave of it. */
interface Room {
  readonly limit: string;
  readonly free: number;
  readonly whatToDo: string;
}

/** Whether all instances can fill their pools at once. */
export function freeConnections(given: Connections, poolSize: number, instances: number): Check {
  const wanted = poolSize * instances;
  const needed = requirement(
    'postgresql connections',
    `${String(wanted)} for ${instances === 1 ? '1 instance' : `${String(instances)} instances`} of ` +
      `DATABASE_POOL_SIZE=${String(poolSize)}`,
  );
  const [least] = roomsIn(given).sort((a, b) => a.free - b.free);
  if (least === undefined) throw new Error('a server has limits');
  const found = `${String(Math.max(0, least.free))} free: ${least.limit}`;
  const whatToDo = `${least.whatToDo}, or lower DATABASE_POOL_SIZE`;
  return least.free < wanted ? needed.failed(found, whatToDo) : needed.ok(found);
}

function roomsIn(given: Connections): Room[] {
  const { max, reserved, role_limit, database_limit } = given;
  const of = (limit: string, most: number, kept: number, used: number, whatToDo: string): Room => ({
    limit: `${limit} ${String(most)}${kept > 0 ? `, ${String(kept)} reserved` : ''}, ${String(used)} used by others`,
    free: most - kept - used,
    whatToDo,
  });
  return [
    of('max_connections', max, reserved, given.used, 'raise max_connections'),
    ...(role_limit < 0
      ? []
      : [of('limit of the role', role_limit, 0, given.used_by_role, 'raise its CONNECTION LIMIT')]),
    ...(database_limit < 0
      ? []
      : [
          of(
            'limit of the database',
            database_limit,
            0,
            given.used_in_database,
            'raise its CONNECTION LIMIT',
          ),
        ]),
  ];
}
