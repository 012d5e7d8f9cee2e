import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { SETTING_TEXTS } from './setting-texts.js';

/** A longer run than any publisher means; a status that follows the 101st event is none. */
const MAX_THRESHOLD = 100;
/** A week, as an event's own `ttl_seconds`. */
const MAX_TTL_SECONDS = 604_800;
/** A day. */
const MAX_GRACE_SECONDS = 86_400;
/** The most instances of one service that the monitor can be configured for. */
const MAX_INSTANCES = 100_000;

/** A whole number in these bounds; null, or not given, stands for the default. */
function Setting(name: keyof typeof SETTING_TEXTS, minimum: number, maximum: number) {
  const wrong = {
    message: `must be a whole number from ${String(minimum)} to ${String(maximum)}, or null for the default`,
  };
  return applyDecorators(
    ValidateIf((_: object, value: unknown) => value !== null),
    IsInt(wrong),
    Min(minimum, wrong),
    Max(maximum, wrong),
    ApiPropertyOptional({
      type: 'integer',
      minimum,
      maximum,
      nullable: true,
      default: null,
      description: SETTING_TEXTS[name],
    }),
  );
}

/** All five settings of a service: what is not given is null, too. */
export class ServiceSettingsBody {
  @Setting('failure_threshold', 1, MAX_THRESHOLD)
  failure_threshold: number | null = null;

  @Setting('success_threshold', 1, MAX_THRESHOLD)
  success_threshold: number | null = null;

  @Setting('ttl_seconds', 0, MAX_TTL_SECONDS)
  ttl_seconds: number | null = null;

  @Setting('grace_seconds', 0, MAX_GRACE_SECONDS)
  grace_seconds: number | null = null;

  @Setting('expected_instances', 1, MAX_INSTANCES)
  expected_instances: number | null = null;
}
