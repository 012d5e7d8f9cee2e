import { SERVICE_COLUMNS } from './service-record.js';

/**
 * Names what transaction numbers are good for: they are given anew in another database, after a crash
 * that lost commits (statistics begin anew then) and on a replica that took over; and another table may
 * have got the name.
 */
const SOURCE = `
           concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time(),
                     (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
                     'service_status'::regclass::oid)`;

/**
 * Services that may have changed since an earlier look, and a row about this look. All services where
 * $1 is null or the look was at another source than $2.
 *
 * $1 is the oldest transaction that was open at the earlier look. What an older one wrote that is to be
 * seen now was to be seen then, since all older ones were over; a subtransaction is younger than its
 * parent. $3 are transactions that were not older, of which rows were to be seen: as a transaction is
 * seen whole, so were all its rows. A row keeps its writer's number when it is frozen or the table is
 * rewritten by VACUUM FULL. Numbers wrap around; two ages, counted from one point, compare rightly
 * while the looks are less than 2^31 transactions apart.
 *
 * A deleted service leaves no row: with what was known and what is returned, there are more than `total`.
 * No index: all rows are looked at.
 */
export const READ_CHANGES = `
    WITH look AS MATERIALIZED (
      SELECT ${SOURCE} AS source,
             pg_snapshot_xmin(pg_current_snapshot())::xid::text AS oldest_open,
             (SELECT count(*) FROM service_status)::float8 AS total),
    changed AS (
      SELECT s.xmin::text AS written_by,${SERVICE_COLUMNS}
        FROM service_status s
       WHERE $1::xid IS NULL
          OR $2 IS DISTINCT FROM (SELECT source FROM look)
          OR (age(s.xmin) <= age($1::xid) AND s.xmin <> ALL ($3::xid[])))
    SELECT *
      FROM look
      FULL JOIN changed ON false`;
