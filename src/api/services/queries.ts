import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, ValidateBy, ValidateIf } from 'class-validator';
import { STATUSES, type Status } from '../../events/status-vocabulary.js';
import { hasControlOrLoneSurrogate, isLongerThan } from '../../events/text.js';
import type { SeverityPlace } from '../../status/status-read-model.js';
import { PageCursor, PageLimit } from '../paging/query-fields.js';
import { DASHBOARD_CURSOR, SERVICES_CURSOR } from './service-cursors.js';
import { MAX_NAME_CHARACTERS } from './service-name.js';

const isGiven = (_: object, value: unknown): boolean => value !== null;

export class DashboardQuery {
  @PageLimit(10_000, 500)
  limit = 500;

  @PageCursor(DASHBOARD_CURSOR)
  cursor: SeverityPlace | null = null;
}

export class ServicesQuery {
  @ApiPropertyOptional({ enum: STATUSES })
  @ValidateIf(isGiven)
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status: Status | null = null;

  @ApiPropertyOptional({
    type: String,
    maxLength: MAX_NAME_CHARACTERS,
    description: 'Part of the name, in any case; no character is a wildcard.',
  })
  @ValidateIf(isGiven)
  @ValidateBy({
    name: 'isNamePart',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        !isLongerThan(value, MAX_NAME_CHARACTERS) &&
        !hasControlOrLoneSurrogate(value),
      defaultMessage: () =>
        `must be one text of at most ${String(MAX_NAME_CHARACTERS)} characters, none of them a control character`,
    },
  })
  q: string | null = null;

  @PageLimit(1_000, 100)
  limit = 100;

  @PageCursor(SERVICES_CURSOR)
  cursor: { readonly name: string } | null = null;
}
