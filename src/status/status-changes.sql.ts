/**
 * Writes what was said about services and, where $2 is true, that somebody is to be told: one
 * statement, so that neither is there without the other. A change's moment is the one its service's
 * row names; a service that was deleted has none any more, and changes now.
 *
 * Ids follow the order of the list. Index: the primary key of service_status.
 */
export const INSERT_STATUS_CHANGES = {
  name: 'insert_status_changes',
  text: `
    WITH change AS (
      INSERT INTO health_status_changes (
        service_name, changed_at, from_status, to_status, reason, instance_id, message_id)
      SELECT e.s, coalesce(s.status_since, statement_timestamp()), e.f, e.t, e.w, e.i, e.m
        FROM ROWS FROM (json_to_recordset($1::json)
               AS (s text, f text, t text, w text, i text, m uuid)
             ) WITH ORDINALITY AS e (s, f, t, w, i, m, place)
        LEFT JOIN service_status s ON s.service_name = e.s COLLATE "C"
       ORDER BY e.place
      RETURNING *)
    INSERT INTO webhook_deliveries (
      service_name, change_id, changed_at, from_status, to_status, reason, instance_id, message_id)
    SELECT c.service_name, c.id, c.changed_at, c.from_status, c.to_status, c.reason, c.instance_id,
           c.message_id
      FROM change c
     WHERE $2`,
};
