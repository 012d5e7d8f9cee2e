import { micros } from '../storage/time-columns.js';

/** Locks a service's row, which every writer of the service does first. Index: the primary key. */
export const LOCK_SERVICE = {
  name: 'lock_service',
  text: `
    SELECT s.current_status FROM service_status s WHERE s.service_name = $1 FOR UPDATE`,
};

/** Records the deletion, with the newest reception known of what is deleted. Index: the primary key. */
export const INSERT_DELETION = {
  name: 'insert_deletion',
  text: `
    INSERT INTO service_deletions (service_name, instance_id, deleted_at, received_through)
    SELECT $1, $2, statement_timestamp(), max(i.last_seen)
      FROM service_instances i
     WHERE i.service_name = $1 AND ($2::text IS NULL OR i.instance_id = $2)
    HAVING max(i.last_seen) IS NOT NULL
    RETURNING ${micros('deleted_at')} AS deleted_at`,
};

export const DELETE_INSTANCES = {
  name: 'delete_instances',
  text: `
    DELETE FROM service_instances i
     WHERE i.service_name = $1 AND ($2::text IS NULL OR i.instance_id = $2)
    RETURNING i.message_count::text AS message_count`,
};

export const DELETE_SERVICE = {
  name: 'delete_service',
  text: `DELETE FROM service_status WHERE service_name = $1`,
};

/** The service's count is without what is deleted ($2). */
export const SUBTRACT_MESSAGES = {
  name: 'subtract_messages',
  text: `
    UPDATE service_status s SET message_count = s.message_count - $2::bigint
     WHERE s.service_name = $1`,
};

/** What lasts ends with the deletion ($3, µs). Index: the primary keys. */
export const END_DELETED_SILENCES = {
  name: 'end_deleted_silences',
  text: `
    WITH released AS (
      UPDATE health_holds h SET ended_at = to_timestamp($3::float8 / 1e6), outcome = 'deleted'
       WHERE h.service_name = $1 AND ($2::text IS NULL OR h.instance_id = $2)
         AND h.outcome IS NULL)
    UPDATE health_silences h SET ends_at = greatest(h.due_at, to_timestamp($3::float8 / 1e6))
     WHERE h.service_name = $1 AND ($2::text IS NULL OR h.instance_id = $2)
       AND h.ends_at IS NULL`,
};
