import type { Micros } from '../../../events/health-event.js';
import type { Random } from '../../random.js';
import { JITTER, type SimulatedService } from './service.js';
import type { Condition, Spell } from './spell.js';

/** One report, as its process sends it. */
export interface Report {
  readonly spell: Spell;
  readonly sentUs: Micros;
  readonly condition: Condition | 'leaving';
}

/**
 * What the process of a spell sends, in order of time: at its begin, at every turn, every interval with
 * some jitter, and its leave word, if it has one. What happens after its end it does not live to see.
 */
export function* reportsOf(
  spell: Spell,
  { intervalUs }: SimulatedService,
  random: Random,
): Generator<Report, void, undefined> {
  const jitterUs = (): Micros => intervalUs * random.between(-JITTER, JITTER);
  let beats = 0;
  let nextBeatUs = spell.fromUs;
  let { condition } = spell.turns[0] ?? { condition: 'healthy' };
  const turns = spell.turns.slice(1).sort((a, b) => a.atUs - b.atUs);
  for (;;) {
    const turn = turns[0];
    const isTurn = turn !== undefined && turn.atUs <= nextBeatUs;
    const sentUs = Math.round(isTurn ? turn.atUs : nextBeatUs);
    if (sentUs >= spell.toUs) break;
    if (isTurn) {
      ({ condition } = turn);
      turns.shift();
    } else {
      beats += 1;
      nextBeatUs = Math.max(sentUs, spell.fromUs + beats * intervalUs + jitterUs());
    }
    yield { spell, sentUs, condition };
  }
  if (spell.ending === 'leaves')
    yield { spell, sentUs: Math.round(spell.toUs), condition: 'leaving' };
}
