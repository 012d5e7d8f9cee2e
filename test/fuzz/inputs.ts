import fc from 'fast-check';
import { corpusOf } from './corpus.js';
import { HOSTILE_KEYS, HOSTILE_VALUES } from './hostile.js';
import { mutated } from './mutations.js';

const property = fc
  .tuple(
    fc.constantFrom(...HOSTILE_KEYS),
    fc.oneof(
      fc.constantFrom(...HOSTILE_VALUES),
      fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }).map((value) => JSON.stringify(value)),
    ),
  )
  .map(([key, value]) => `"${key}":${value}`);

/** Objects of every field the decoder looks at, with values that fit and values that do not. */
const hostileObject = fc
  .array(property, { maxLength: 10 })
  .map((properties) => Buffer.from(`{"service_name":"s","status":"up",${properties.join()}}`));

/** Any bytes, and text with no structure at all. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
);

/** Messages of all kinds, as of `nowMs`; roughly a third of them can be stored. */
export function messages(nowMs: number): fc.Arbitrary<Buffer> {
  const corpus = corpusOf(nowMs);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...corpus) },
    { weight: 4, arbitrary: mutated(corpus, 1) },
    { weight: 5, arbitrary: mutated(corpus, 3) },
    { weight: 2, arbitrary: mutated(corpus, 8) },
    { weight: 2, arbitrary: hostileObject },
    { weight: 1, arbitrary: noise },
  );
}
