/**
 * Text as the outside sends it. A character is a Unicode code point throughout, as PostgreSQL's
 * `char_length` and JSON Schema's `maxLength` count.
 */

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** C0, DEL and C1; and half a surrogate pair, which no encoding can carry. */
const CONTROL_OR_LONE_SURROGATE = /[\p{Control}\p{Surrogate}]/u;
/** What PostgreSQL cannot hold. */
const NUL_OR_LONE_SURROGATE = /[\0\p{Surrogate}]/u;
const EVERY_NUL_OR_LONE_SURROGATE = /[\0\p{Surrogate}]/gu;
/** Control, format, private and unassigned characters, line and paragraph separators, lone surrogates. */
const EVERY_UNPRINTABLE = /[\p{Other}\p{Line_Separator}\p{Paragraph_Separator}]/gu;

export function hasControlOrLoneSurrogate(text: string): boolean {
  return CONTROL_OR_LONE_SURROGATE.test(text);
}

export function hasNulOrLoneSurrogate(text: string): boolean {
  return NUL_OR_LONE_SURROGATE.test(text);
}

/** The same text with every NUL and every lone surrogate replaced by U+FFFD. */
export function storable(text: string): string {
  return hasNulOrLoneSurrogate(text) ? text.replace(EVERY_NUL_OR_LONE_SURROGATE, '\ufffd') : text;
}

/** The first `limit` characters; never half a surrogate pair of the original. */
export function firstCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let count = 0; count < limit && end < text.length; count++) {
    const isPair =
      isHighSurrogate(text.charCodeAt(end)) && isLowSurrogate(text.charCodeAt(end + 1));
    end += isPair ? 2 : 1;
  }
  return end === text.length ? text : text.slice(0, end);
}

/** True where `text` has more than `limit` characters. */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && firstCharacters(text, limit).length < text.length;
}

/**
 * Outside text made fit for a log line or a detail: at most `limit` characters and an ellipsis, with whatever could
 * mislead a terminal or a reader spelled `\u{hex}`.
 */
export function printable(text: string, limit: number): string {
  const head = firstCharacters(text, limit);
  const escaped = head.replace(
    EVERY_UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  const shown = firstCharacters(escaped, limit);
  return head.length < text.length || shown.length < escaped.length ? `${shown}…` : shown;
}
