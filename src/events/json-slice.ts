import { endOfString, isClosing, isOpening, QUOTE } from './json-scan.js';

const SPACE = 0x20;
const COMMA = 0x2c;

/**
 * The source text of one property's value, exactly as written. `text` must be a valid JSON object (it has
 * been parsed); of duplicate keys the last one counts, as in JSON.parse. Undefined where the key is absent.
 */
export function sourceOfProperty(text: string, key: string): string | undefined {
  let found: string | undefined;
  let at = skipBlanks(text, text.indexOf('{') + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const isWanted = isKey(text.slice(at, keyEnd), key);
    const valueStart = skipBlanks(text, text.indexOf(':', keyEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    if (isWanted) found = text.slice(valueStart, valueEnd).trimEnd();
    at = skipBlanks(text, valueEnd + 1);
  }
  return found;
}

function isKey(quoted: string, key: string): boolean {
  return quoted.includes('\\') ? JSON.parse(quoted) === key : quoted.slice(1, -1) === key;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= SPACE) at++;
  return at;
}

/** The index of the comma or brace of the enclosing object that ends the value which starts at `from`. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (depth === 0 && (unit === COMMA || isClosing(unit))) return at;
    if (unit === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (isOpening(unit)) depth++;
    else if (isClosing(unit)) depth--;
    at++;
  }
  return at;
}
