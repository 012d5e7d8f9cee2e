/** The fields of REST answers that tests read; times are ISO-8601 text. */

export interface ServiceItem {
  readonly service_name: string;
  readonly current_status: string;
  readonly status_since: string;
  readonly last_seen: string;
  readonly last_occurred_at: string;
  readonly due_at: string | null;
  readonly message_count: number;
  readonly instance_count: number;
  readonly response_time_ms: number | null;
  readonly message: string | null;
}

export interface ServiceDetail extends ServiceItem {
  readonly instances: readonly {
    readonly instance_id: string;
    readonly current_status: string;
    readonly message_count: number;
  }[];
  readonly payload: unknown;
}

export interface ServiceList {
  readonly items: readonly ServiceItem[];
  readonly next_cursor: string | null;
}

export interface ConsumerStats {
  readonly running: boolean;
  readonly message_count: number;
  readonly error_count: number;
  readonly instance_id: string;
  readonly received: number;
  readonly journaled: number;
  readonly deduplicated: number;
  readonly shed: number;
  readonly read: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly dead_lettered: number;
  readonly in_flight: number;
}

export interface PoolStats {
  readonly pool_size: number;
  readonly checked_out: number;
  readonly overflow: number;
}

export interface Dashboard {
  readonly generated_at: string;
  readonly observing: boolean;
  readonly summary: Readonly<Record<string, number>> & { readonly total: number };
  readonly services: readonly ServiceItem[];
  readonly next_cursor: string | null;
  readonly consumer: ConsumerStats;
  readonly pool: PoolStats;
}
