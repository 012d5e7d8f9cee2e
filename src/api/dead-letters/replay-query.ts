import { applyDecorators } from '@nestjs/common';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { REJECTION_REASONS, type RejectionReason } from '../../events/health-event.js';
import type { DeadLetterPlace } from '../../storage/dead-letter-read-model.js';
import { OneOf, PageCursor, YesOrNo } from '../paging/query-fields.js';
import { RangeQuery } from '../paging/range-query.js';
import { REPLAY_CURSOR } from './dead-letters-cursor.js';

const DRY_RUN = 'Say what would become of them, and change nothing.';

export class ReplayQuery {
  @YesOrNo(DRY_RUN)
  dry_run = false;
}

/** A forgotten filter must not mean every letter there is. */
const InsteadOfFilter = (): PropertyDecorator =>
  applyDecorators(
    ValidateBy({
      name: 'isFiltered',
      validator: {
        validate: (value: unknown, context?: ValidationArguments) => {
          const { reason, from, to } = context?.object as ReplayManyQuery;
          return value === true || reason !== null || from !== null || to !== null;
        },
        defaultMessage: () => 'must be true where none of reason, from and to is given',
      },
    }),
    YesOrNo('Every letter that was not replayed yet, where no filter is given.'),
  );

/** The range goes by the time of reception. */
export class ReplayManyQuery extends RangeQuery {
  @OneOf(REJECTION_REASONS, 'Only letters that were rejected for this.')
  reason: RejectionReason | null = null;

  @InsteadOfFilter()
  all = false;

  @YesOrNo(DRY_RUN)
  dry_run = false;

  @PageCursor(REPLAY_CURSOR)
  cursor: DeadLetterPlace | null = null;
}
