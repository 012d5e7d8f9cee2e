import type { GapPlace } from '../../status/gap-read-model.js';
import { CursorCodec } from '../paging/cursor.js';
import { isMicros, isRowId } from '../paging/places.js';

/** Behind a gap, begun last first. */
export const GAPS_CURSOR = new CursorCodec<GapPlace>(
  'gaps',
  ({ startedAtUs, id }) => [startedAtUs, id],
  ([startedAtUs, id]) => (isMicros(startedAtUs) && isRowId(id) ? { startedAtUs, id } : null),
);
