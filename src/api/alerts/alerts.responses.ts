import { ApiProperty } from '@nestjs/swagger';
import { ALERT_NAMES, ALERT_STATES, SEVERITIES } from '../../alerts/alert.js';
import { Quantity, QuantityOrNull, Text, Time, Word } from '../openapi/response-fields.js';

/** A trouble of the monitor itself, there or not. */
class AlertItem {
  @Word(ALERT_NAMES) readonly name!: string;
  @Word(SEVERITIES) readonly severity!: string;
  @Word(ALERT_STATES) readonly state!: string;
  @Time({ description: 'Of the state; ok at the earliest since the instance started.' })
  readonly since!: string;
  @QuantityOrNull({
    description: 'In the unit of the threshold; null: not known now, and the state stays.',
  })
  readonly value!: number | null;
  @Quantity({ description: 'From which value on it fires, if that lasts for its hold time.' })
  readonly threshold!: number;
  @Text() readonly summary!: string;
  @Text() readonly what_to_do!: string;
}

export class AlertList {
  @ApiProperty({ type: [AlertItem], description: 'Always one per rule, in the same order.' })
  readonly items!: readonly AlertItem[];
}
