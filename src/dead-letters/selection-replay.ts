import { Injectable } from '@nestjs/common';
import { DatabaseUnavailableError } from '../storage/database-unavailable.js';
import {
  type DeadLetterFilter,
  type DeadLetterPlace,
  DeadLetterReadModel,
} from '../storage/dead-letter-read-model.js';
import { messageKey } from '../storage/messages.repository.js';
import { LetterReplay, type Patience, type Replayed } from './letter-replay.js';

/** In which a prompt replay of many begins its last letter; an answer is due after 5 s. */
const PROMPT_MS = 2_000;
/** In which it has to end. */
const DEADLINE_MS = 4_800;

export type Selection = Pick<DeadLetterFilter, 'reason' | 'from' | 'to'>;

/** What became of the letters, in the order of their reception. */
export interface SelectionReplayed {
  readonly items: readonly Replayed[];
  /** Where to go on; null where no letter is left. */
  readonly next: DeadLetterPlace | null;
}

/** Replays those letters of a selection that were not replayed yet, received first first. */
@Injectable()
export class SelectionReplay {
  constructor(
    private readonly letters: DeadLetterReadModel,
    private readonly replay: LetterReplay,
  ) {}

  /**
   * At most `limit` letters behind a place, each in a transaction of its own. A prompt one stops early,
   * with a place to go on at, where they take too long or the database goes away meanwhile.
   *
   * @throws DatabaseUnavailableError within 5 s where a prompt one could replay none.
   */
  async run(
    selection: Selection,
    after: DeadLetterPlace | null,
    limit: number,
    isDryRun: boolean,
    patience: Patience,
  ): Promise<SelectionReplayed> {
    const startedMs = performance.now();
    const page = await this.letters.notReplayed(selection, after, limit);
    const items: Replayed[] = [];
    const stored = new Set<string>();
    let place = after;
    for (const letter of page.items) {
      const spentMs = performance.now() - startedMs;
      if (patience === 'prompt' && spentMs > PROMPT_MS) return { items, next: place };
      try {
        const replaying = this.replay.replay(letter.id, isDryRun, patience);
        const replayed = await (patience === 'prompt'
          ? within(replaying, DEADLINE_MS - spentMs)
          : replaying);
        if (replayed !== null) items.push(asAmongOthers(replayed, stored, isDryRun));
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError) || items.length === 0) throw error;
        return { items, next: place };
      }
      place = { receivedAtUs: letter.received_at_us, id: letter.id };
    }
    return { items, next: page.hasMore ? place : null };
  }
}

/** In a dry run, of two letters of one event the second would be a duplicate. */
function asAmongOthers(replayed: Replayed, stored: Set<string>, isDryRun: boolean): Replayed {
  const { outcome, event } = replayed;
  if (!isDryRun || outcome !== 'stored' || event === null) return replayed;
  const key = messageKey(event);
  if (stored.has(key)) return { ...replayed, outcome: 'duplicate' };
  stored.add(key);
  return replayed;
}

/** @throws DatabaseUnavailableError where it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseUnavailableError('the replay takes too long'));
    }, ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
