import type { DeadLetterPlace } from '../../storage/dead-letter-read-model.js';
import { CursorCodec } from '../paging/cursor.js';
import { isMicros, isRowId } from '../paging/places.js';

/** Behind a dead letter, received last first. */
export const DEAD_LETTERS_CURSOR = new CursorCodec<DeadLetterPlace>(
  'dead-letters',
  ({ receivedAtUs, id }) => [receivedAtUs, id],
  ([receivedAtUs, id]) => (isMicros(receivedAtUs) && isRowId(id) ? { receivedAtUs, id } : null),
);

/** Behind a dead letter that was replayed, received first first. */
export const REPLAY_CURSOR = new CursorCodec<DeadLetterPlace>(
  'dead-letter-replays',
  ({ receivedAtUs, id }) => [receivedAtUs, id],
  ([receivedAtUs, id]) => (isMicros(receivedAtUs) && isRowId(id) ? { receivedAtUs, id } : null),
);
