import {
  Count,
  CountOrNull,
  Flag,
  Quantity,
  Text,
  TimeOrNull,
} from '../openapi/response-fields.js';

/** What one instance of this monitor has done since its start. */
export class ConsumerStats {
  @Flag({ description: 'Enabled and not stopped.' }) readonly running!: boolean;
  @Count({ description: 'Events processed.' }) readonly message_count!: number;
  @Count({ description: 'Of those, events that became dead letters.' })
  readonly error_count!: number;
  @Quantity({ description: 'error_count / message_count; 0 before the first event.' })
  readonly error_rate!: number;
  @TimeOrNull({ description: 'When the last event was processed.' })
  readonly last_message_time!: string | null;
  @Quantity() readonly uptime_seconds!: number;
  @Text() readonly instance_id!: string;
  @Flag({ description: 'An operator paused the instance or its group.' }) readonly paused!: boolean;
  @Count({ description: 'Events taken in from the subscription.' }) readonly received!: number;
  @Count() readonly journaled!: number;
  @Count() readonly deduplicated!: number;
  @Count() readonly shed!: number;
  @Count({ description: 'Events read from the journal.' }) readonly read!: number;
  @Count() readonly stored!: number;
  @Count() readonly duplicate!: number;
  @Count() readonly dead_lettered!: number;
  @Count() readonly in_flight!: number;
  @CountOrNull({ description: 'Entries that no instance has read yet; null: not known.' })
  readonly journal_lag!: number | null;
  @Count({ description: 'Entries read, not acknowledged, over all instances.' })
  readonly journal_pending!: number;
  @Quantity({ description: 'Events processed per second, over the last ten seconds.' })
  readonly rate_per_second!: number;
}

/** How one instance reads the journal now. */
export class ConsumerState {
  @Text() readonly instance_id!: string;
  @Flag({ description: 'It reads nothing: the instance or its group is paused.' })
  readonly paused!: boolean;
  @Flag() readonly instance_paused!: boolean;
  @Flag() readonly group_paused!: boolean;
  @Count({ description: 'Batches in flight at most.' }) readonly concurrency!: number;
}

/** Connections to PostgreSQL of one instance of this monitor. */
export class PoolStats {
  @Count() readonly pool_size!: number;
  @Count() readonly checked_out!: number;
  @Count() readonly checked_in!: number;
  @Count({ description: 'Always 0: the pool never grows past its size.' })
  readonly overflow!: number;
  @Count({ description: 'Callers that wait for a connection.' }) readonly waiting!: number;
  @Quantity({ description: 'checked_out / pool_size.' }) readonly utilization!: number;
}

/** What an operator let go. */
export class Release {
  @Flag({ description: 'Self-preservation was holding, and holds no more.' })
  readonly released!: boolean;
  @Count({
    description: 'Held transitions that are let go: those that are still silent turn stale.',
  })
  readonly transitions!: number;
}
