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

export interface ServiceSettings {
  readonly failure_threshold: number | null;
  readonly success_threshold: number | null;
  readonly ttl_seconds: number | null;
  readonly grace_seconds: number | null;
  readonly expected_instances: number | null;
}

export interface ServiceDetail extends ServiceItem {
  readonly instances: readonly {
    readonly instance_id: string;
    readonly current_status: string;
    readonly due_at: string | null;
    readonly last_seen: string;
    readonly message_count: number;
  }[];
  readonly payload: unknown;
  readonly settings: ServiceSettings;
}

export interface MessageItem {
  readonly message_id: string;
  readonly instance_id: string;
  readonly status: string;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  readonly payload: unknown;
}

export interface MessageList {
  readonly items: readonly MessageItem[];
  readonly next_cursor: string | null;
}

export interface TransitionItem {
  readonly instance_id: string | null;
  readonly from_status: string | null;
  readonly to_status: string;
  readonly occurred_at: string;
  readonly reason: string;
  readonly message_id: string | null;
}

export interface TransitionList {
  readonly items: readonly TransitionItem[];
  readonly next_cursor: string | null;
}

export interface StatusChangeList {
  readonly items: readonly {
    readonly from_status: string | null;
    readonly to_status: string;
    readonly changed_at: string;
    readonly reason: string;
    readonly instance_id: string | null;
    readonly message_id: string | null;
  }[];
  readonly next_cursor: string | null;
}

export interface Uptime {
  readonly window_seconds: number;
  readonly healthy_seconds: number;
  readonly degraded_seconds: number;
  readonly unhealthy_seconds: number;
  readonly stale_seconds: number;
  readonly unknown_seconds: number;
  readonly unobserved_seconds: number;
  readonly uptime_ratio: number | null;
}

export interface BucketList {
  readonly bucket: string;
  readonly items: readonly {
    readonly bucket_start: string;
    readonly total: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly response_time_ms_min: number | null;
    readonly response_time_ms_avg: number | null;
    readonly response_time_ms_max: number | null;
  }[];
  readonly next_cursor: string | null;
}

export interface ConsumerState {
  readonly paused: boolean;
  readonly instance_paused: boolean;
  readonly group_paused: boolean;
  readonly concurrency: number;
}

export interface ConsumerStats {
  readonly running: boolean;
  readonly message_count: number;
  readonly error_count: number;
  readonly instance_id: string;
  readonly paused: boolean;
  readonly journal_lag: number | null;
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
  readonly waiting: number;
}

export interface GapItem {
  readonly from: string;
  readonly to: string | null;
  readonly cause: string;
  readonly lost_count: number | null;
}

export interface GapList {
  readonly items: readonly GapItem[];
  readonly next_cursor: string | null;
}

export interface AlertItem {
  readonly name: string;
  readonly severity: string;
  readonly state: 'ok' | 'firing';
  readonly since: string;
  readonly value: number | null;
  readonly threshold: number;
  readonly summary: string;
  readonly what_to_do: string;
}

export interface AlertList {
  readonly items: readonly AlertItem[];
}

export interface Dashboard {
  readonly generated_at: string;
  readonly observing: boolean;
  readonly gap: { readonly from: string; readonly cause: string } | null;
  readonly summary: Readonly<Record<string, number>> & { readonly total: number };
  readonly services: readonly ServiceItem[];
  readonly next_cursor: string | null;
  readonly consumer: ConsumerStats;
  readonly pool: PoolStats;
}
