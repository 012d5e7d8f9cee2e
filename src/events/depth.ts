import { endOfString, isClosing, isOpening, QUOTE } from './json-scan.js';

/**
 * True where arrays and objects in a JSON text nest deeper than `limit`, told by looking at the brackets alone,
 * so that no hostile document ever reaches a parser. Brackets inside strings do not count. In a text that is
 * not JSON the answer means only that parsing it is safe.
 */
export function isDeeperThan(text: string, limit: number): boolean {
  // All openings, in and out of strings, are an upper bound of the depth that settles nearly every document.
  const objects = countUpTo(text, '{', limit + 1);
  const openings = objects > limit ? objects : objects + countUpTo(text, '[', limit + 1);
  return openings > limit && isDeepOutsideStrings(text, limit);
}

function countUpTo(text: string, character: string, most: number): number {
  let count = 0;
  let at = text.indexOf(character);
  while (at >= 0 && ++count < most) at = text.indexOf(character, at + 1);
  return count;
}

function isDeepOutsideStrings(text: string, limit: number): boolean {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (isOpening(unit)) depth++;
    else if (isClosing(unit)) depth--;
    if (depth > limit) return true;
    at++;
  }
  return false;
}
