import type { Outcome, Replayed } from '../../dead-letters/letter-replay.js';
import type { SelectionReplayed } from '../../dead-letters/selection-replay.js';
import { REPLAY_CURSOR } from './dead-letters-cursor.js';
import type { ReplayItem, ReplayList, ReplayResult } from './replay.responses.js';

export const replayItem = ({ id, outcome, event, rejection }: Replayed): ReplayItem => ({
  id,
  outcome,
  message_id: event?.messageId ?? null,
  reason: rejection?.reason ?? null,
  detail: rejection?.detail ?? null,
});

export const replayResult = (replayed: Replayed, isDryRun: boolean): ReplayResult =>
  Object.assign(replayItem(replayed), { dry_run: isDryRun });

export function replayList({ items, next }: SelectionReplayed, isDryRun: boolean): ReplayList {
  const count = (wanted: Outcome): number =>
    items.filter(({ outcome }) => outcome === wanted).length;
  return {
    dry_run: isDryRun,
    stored: count('stored'),
    duplicate: count('duplicate'),
    rejected: count('rejected'),
    items: items.map(replayItem),
    next_cursor: next === null ? null : REPLAY_CURSOR.encode(next),
  };
}
