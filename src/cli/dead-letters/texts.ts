import { isUtf8 } from 'node:buffer';
import { deadLetterDetails } from '../../api/dead-letters/dead-letters-mapping.js';
import { isoTime } from '../../api/http/iso-time.js';
import type { Replayed } from '../../dead-letters/letter-replay.js';
import { printable } from '../../events/text.js';
import type { DeadLetterRecord } from '../../storage/dead-letter-read-model.js';

const PREVIEW_CHARACTERS = 80;
/** What a terminal would obey, line ends and tabs excepted. */
const MISLEADING = /[^\P{Other}\n\r\t]/u;

/** One line; nothing in it that a terminal would obey. */
export function letterLine(letter: DeadLetterRecord): string {
  const { id, reason, attempts, replayed_at: replayedAt, size_bytes: bytes } = letter;
  const state = replayedAt === null ? `tried ${String(attempts)}×` : 'replayed';
  const preview = printable(letter.preview.toString('utf8'), PREVIEW_CHARACTERS);
  return [
    id.padStart(6),
    isoTime(letter.received_at),
    reason.padEnd(23),
    state.padEnd(9),
    `${String(bytes)} bytes`.padStart(13),
    preview,
  ].join('  ');
}

/** All that is known of a letter, its bytes last. */
export function letterText(letter: DeadLetterRecord & { readonly raw: Buffer }): string {
  const { raw_base64: base64, ...fields } = deadLetterDetails(letter);
  const known = Object.entries(fields)
    .filter(([name]) => name !== 'preview' && name !== 'is_truncated')
    .map(([name, value]) => {
      const text = value === null ? '–' : printable(String(value), Infinity);
      return `${name.padEnd(12)} ${text}`;
    });
  const text = letter.raw.toString('utf8');
  if (!isUtf8(letter.raw)) return [...known, 'raw, base64 for it is no UTF-8:', base64].join('\n');
  if (MISLEADING.test(text)) {
    return [...known, 'raw, base64 for it holds control characters:', base64].join('\n');
  }
  return [...known, 'raw:', text].join('\n');
}

/** What became of a letter, in one line. */
export function replayLine({ id, outcome, rejection }: Replayed, isDryRun: boolean): string {
  const done = `${id}: ${isDryRun ? 'would be ' : ''}${outcome}`;
  if (rejection === null) return done;
  return `${done}, ${rejection.reason}: ${printable(rejection.detail, Infinity)}`;
}
