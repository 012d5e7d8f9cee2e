/** What the scanners over JSON text share; they look at quotes and brackets only and never at the rest. */

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** `[` and `{` differ in one bit, as do `]` and `}`. */
const BRACKET_BIT = 0x20;

export function isOpening(unit: number): boolean {
  return (unit | BRACKET_BIT) === 0x7b;
}

export function isClosing(unit: number): boolean {
  return (unit | BRACKET_BIT) === 0x7d;
}

/** The index after the quote that closes the string opened at `opening`; the text's length if none does. */
export function endOfString(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length : quote + 1;
}

/** An odd number of backslashes before it makes a quote part of the string; the opening quote ends the count. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (quote - first) % 2 === 1;
}
