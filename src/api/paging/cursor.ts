import type { Page } from '../../storage/page.js';

/** Longer than any cursor: the longest name has 800 bytes, or 1,200 as JSON with every quote escaped. */
const MAX_CURSOR_CHARACTERS = 4_096;

/**
 * Places in one list as opaque text: base64url of a JSON array, the list's name first, then the sort
 * keys of the place. A cursor of another list, or one that somebody made by hand, is not a place.
 */
export class CursorCodec<Place extends object> {
  constructor(
    private readonly list: string,
    private readonly keysOf: (place: Place) => readonly (string | number)[],
    /** Null for keys that are no place of this list. */
    private readonly placeOf: (keys: readonly unknown[]) => Place | null,
  ) {}

  encode(place: Place): string {
    return Buffer.from(JSON.stringify([this.list, ...this.keysOf(place)])).toString('base64url');
  }

  /** Where the page behind this one begins; null where this is the last. */
  next<Item>({ items, hasMore }: Page<Item>, placeOf: (item: Item) => Place): string | null {
    const last = hasMore ? items.at(-1) : undefined;
    return last === undefined ? null : this.encode(placeOf(last));
  }

  /** Null for anything that {@link encode} does not make. */
  decode(text: string): Place | null {
    if (text.length > MAX_CURSOR_CHARACTERS) return null;
    let parts: unknown;
    try {
      parts = JSON.parse(Buffer.from(text, 'base64url').toString());
    } catch {
      return null;
    }
    if (!Array.isArray(parts)) return null;
    const [list, ...keys] = parts as unknown[];
    if (list !== this.list) return null;
    const place = this.placeOf(keys);
    return place !== null && this.encode(place) === text ? place : null;
  }
}
