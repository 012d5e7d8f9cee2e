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
    RETURNING id`,
};

export const DELETE_INSTANCES = {
  name: 'delete_instances',
  text: `
    DELETE FROM service_instances i
     WHERE i.service_name = $1 AND ($2::text IS NULL OR i.instance_id = $2)`,
};

export const DELETE_SERVICE = {
  name: 'delete_service',
  text: `DELETE FROM service_status WHERE service_name = $1`,
};

/** What is left of a service without one of its instances; its count is the sum of theirs. */
export const REWRITE_SERVICE = {
  name: 'rewrite_service',
  text: `
    UPDATE service_status s SET
      current_status = $2,
      status_since = CASE WHEN s.current_status = $2 THEN s.status_since
                          ELSE statement_timestamp() END,
      instance_count = $3,
      due_at = (SELECT max(i.due_at) FROM service_instances i WHERE i.service_name = $1),
      message_count = (SELECT coalesce(sum(i.message_count), 0) FROM service_instances i
                        WHERE i.service_name = $1)
     WHERE s.service_name = $1`,
};

export const INSERT_DELETION_CHANGE = {
  name: 'insert_deletion_change',
  text: `
    INSERT INTO health_status_changes (
      service_name, changed_at, from_status, to_status, reason, instance_id)
    VALUES ($1, statement_timestamp(), $2, $3, 'deleted', $4)`,
};
