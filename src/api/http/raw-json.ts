import { randomUUID } from 'node:crypto';

/** JSON text that goes into an answer as it is, to the byte: a document as it was published. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** Stands for a {@link RawJson} until its place is known; nobody outside can guess it. */
const MARK = randomUUID();

/** As JSON.stringify, with the raw parts put in verbatim. */
export function stringifyWithRaw(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (!(part instanceof RawJson)) return part;
    raws.push(part.text);
    return MARK;
  });
  let at = 0;
  return text.replaceAll(`"${MARK}"`, () => {
    const raw = raws[at] ?? 'null';
    at += 1;
    return raw;
  });
}
