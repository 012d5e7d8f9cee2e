import { ApiProperty } from '@nestjs/swagger';
import type { RawJson } from '../http/raw-json.js';
import type { Status } from '../../events/status-vocabulary.js';
import {
  Count,
  CountOrNull,
  QuantityOrNull,
  StatusWord,
  Text,
  TextOrNull,
  Time,
  TimeOrNull,
} from '../openapi/response-fields.js';
import { SETTING_TEXTS } from './setting-texts.js';

export class ServiceItem {
  @Text() readonly service_name!: string;
  @StatusWord() readonly current_status!: Status;
  @Time({ description: 'Since when this status has been said.' }) readonly status_since!: string;
  @TimeOrNull({ description: 'Reception of the newest event.' }) readonly last_seen!: string | null;
  @TimeOrNull({ description: "The newest event's own time." })
  readonly last_occurred_at!: string | null;
  @TimeOrNull({ description: 'When the next event is due at the latest; null: none is promised.' })
  readonly due_at!: string | null;
  @Count({ description: 'Events stored.' }) readonly message_count!: number;
  @Count({ description: 'Live instances.' }) readonly instance_count!: number;
  @QuantityOrNull() readonly response_time_ms!: number | null;
  @TextOrNull() readonly message!: string | null;
}

export class ServiceList {
  @ApiProperty({ type: [ServiceItem] }) readonly items!: readonly ServiceItem[];
  @TextOrNull({ description: 'The `cursor` of the next page; null at the end.' })
  readonly next_cursor!: string | null;
}

export class InstanceItem {
  @Text() readonly instance_id!: string;
  @StatusWord() readonly current_status!: Status;
  @Time() readonly status_since!: string;
  @Time({ description: 'Reception of the newest event.' }) readonly last_seen!: string;
  @TimeOrNull() readonly due_at!: string | null;
  @TextOrNull() readonly version!: string | null;
  @QuantityOrNull() readonly response_time_ms!: number | null;
  @Count() readonly message_count!: number;
}

/** What is in force for a service; null stands for the default. */
export class ServiceSettingsItem {
  @CountOrNull({ description: SETTING_TEXTS.failure_threshold })
  readonly failure_threshold!: number | null;
  @CountOrNull({ description: SETTING_TEXTS.success_threshold })
  readonly success_threshold!: number | null;
  @CountOrNull({ description: SETTING_TEXTS.ttl_seconds })
  readonly ttl_seconds!: number | null;
  @CountOrNull({ description: SETTING_TEXTS.grace_seconds })
  readonly grace_seconds!: number | null;
  @CountOrNull({ description: SETTING_TEXTS.expected_instances })
  readonly expected_instances!: number | null;
}

export class ServiceDetails extends ServiceItem {
  @ApiProperty({ type: [InstanceItem], description: 'Live instances, by id.' })
  readonly instances!: readonly InstanceItem[];
  @ApiProperty({
    type: Object,
    additionalProperties: true,
    nullable: true,
    description: 'The newest event as published; null where the audit log holds it no more.',
  })
  readonly payload!: RawJson | null;
  @ApiProperty({ type: ServiceSettingsItem }) readonly settings!: ServiceSettingsItem;
}
