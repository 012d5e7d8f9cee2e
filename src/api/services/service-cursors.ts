import { STATUSES, type Status } from '../../events/status-vocabulary.js';
import type { SeverityPlace } from '../../status/severity-order.js';
import { CursorCodec } from '../paging/cursor.js';
import { isPossibleName } from './service-name.js';

const isStatus = (value: unknown): value is Status => STATUSES.some((status) => status === value);

/** Behind a name, in the order of names. */
export const SERVICES_CURSOR = new CursorCodec<{ readonly name: string }>(
  'services',
  ({ name }) => [name],
  ([name]) => (isPossibleName(name) ? { name } : null),
);

/** Behind a status and a name, worst first. */
export const DASHBOARD_CURSOR = new CursorCodec<SeverityPlace>(
  'dashboard',
  ({ status, name }) => [status, name],
  ([status, name]) => (isStatus(status) && isPossibleName(name) ? { status, name } : null),
);
