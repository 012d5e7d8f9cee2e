/** A field of a reply to INFO; null where it is not told. */
export const infoField = (info: string, name: string): string | null =>
  new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1] ?? null;

/** A directive of a reply to CONFIG GET, a flat list of names and values; null where it is not told. */
export function configured(reply: readonly string[], name: string): string | null {
  const at = reply.findIndex((word, index) => index % 2 === 0 && word === name);
  return at < 0 ? null : (reply[at + 1] ?? null);
}
