import { STATUSES, type Status } from '../../events/status-vocabulary.js';
import type { SeverityPlace } from '../../status/severity-order.js';
import { BoundedText, OneOf, PageCursor, PageLimit } from '../paging/query-fields.js';
import { DASHBOARD_CURSOR, SERVICES_CURSOR } from './service-cursors.js';
import { MAX_NAME_CHARACTERS } from './service-name.js';

export class DashboardQuery {
  @PageLimit(10_000, 500)
  limit = 500;

  @PageCursor(DASHBOARD_CURSOR)
  cursor: SeverityPlace | null = null;
}

export class ServicesQuery {
  @OneOf(STATUSES, 'Only services that have this status.')
  status: Status | null = null;

  @BoundedText(MAX_NAME_CHARACTERS, 'Part of the name, in any case; no character is a wildcard.')
  q: string | null = null;

  @PageLimit(1_000, 100)
  limit = 100;

  @PageCursor(SERVICES_CURSOR)
  cursor: { readonly name: string } | null = null;
}
