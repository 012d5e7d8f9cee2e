import fc from 'fast-check';
import { HOSTILE_BYTES, HOSTILE_KEYS, HOSTILE_VALUES } from './hostile.js';

/** Changes some bytes; the positions it holds are taken modulo the length. */
type Mutation = (raw: Buffer) => Buffer;

const position = fc.nat(0xffff);
const length = fc.oneof(fc.nat(8), fc.nat(400));

/** `at` and up to `count` bytes from there, within the text. */
function rangeIn(raw: Buffer, at: number, count: number): [from: number, to: number] {
  const from = raw.length === 0 ? 0 : at % raw.length;
  return [from, Math.min(raw.length, from + count)];
}

const replaced = (raw: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([raw.subarray(0, from), by, raw.subarray(to)]);

const WORD_BYTES: ReadonlySet<number> = new Set(
  Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'),
);

const flipBit = fc.tuple(position, fc.nat(7)).map(([at, bit]): Mutation => (raw) => {
  const [from, to] = rangeIn(raw, at, 1);
  return replaced(raw, from, to, Buffer.from([(raw[from] ?? 0) ^ (1 << bit)]));
});

const setByte = fc.tuple(position, fc.nat(255)).map(([at, byte]): Mutation => (raw) => {
  const [from, to] = rangeIn(raw, at, 1);
  return replaced(raw, from, to, Buffer.from([byte]));
});

/** Puts another letter or digit in the place of one: names, ids, words and times change, JSON stays JSON. */
const respell = fc
  .tuple(position, fc.constantFrom(...Array.from('0123456789abcdefghijklmnopqrstuvwxyz')))
  .map(([which, character]): Mutation => (raw) => {
    const places = [...raw.keys()].filter((at) => WORD_BYTES.has(raw[at] ?? 0));
    const at = places[which % Math.max(1, places.length)];
    return at === undefined ? raw : replaced(raw, at, at + 1, Buffer.from(character));
  });

const insert = fc
  .tuple(position, fc.constantFrom(...HOSTILE_BYTES))
  .map(([at, bytes]): Mutation => (raw) => {
    const [from] = rangeIn(raw, at, 0);
    return replaced(raw, from, from, bytes);
  });

const remove = fc.tuple(position, length).map(([at, count]): Mutation => (raw) => {
  const [from, to] = rangeIn(raw, at, count);
  return replaced(raw, from, to, Buffer.alloc(0));
});

const duplicate = fc.tuple(position, length).map(([at, count]): Mutation => (raw) => {
  const [from, to] = rangeIn(raw, at, count);
  return replaced(raw, to, to, raw.subarray(from, to));
});

const truncate = position.map(
  (at): Mutation =>
    (raw) =>
      raw.subarray(0, rangeIn(raw, at, 0)[0]),
);

const spliceWith = (corpus: readonly Buffer[]): fc.Arbitrary<Mutation> =>
  fc
    .tuple(position, position, fc.constantFrom(...corpus))
    .map(([at, otherAt, other]): Mutation => (raw) => {
      const [from] = rangeIn(raw, at, 0);
      return Buffer.concat([raw.subarray(0, from), other.subarray(rangeIn(other, otherAt, 0)[0])]);
    });

/** Puts another value behind a colon, up to the next comma or brace: mostly still JSON. */
const replaceValue = fc
  .tuple(position, fc.constantFrom(...HOSTILE_VALUES))
  .map(([which, value]): Mutation => (raw) => {
    const colons = [...raw.keys()].filter((at) => raw[at] === 0x3a);
    if (colons.length === 0) return raw;
    const from = (colons[which % colons.length] ?? 0) + 1;
    const end = raw.subarray(from).findIndex((byte) => byte === 0x2c || byte === 0x7d);
    return replaced(raw, from, end < 0 ? raw.length : from + end, Buffer.from(value));
  });

/** Puts a property behind an opening brace: a key that is there already counts once, the last one. */
const insertProperty = fc
  .tuple(position, fc.constantFrom(...HOSTILE_KEYS), fc.constantFrom(...HOSTILE_VALUES))
  .map(([which, key, value]): Mutation => (raw) => {
    const braces = [...raw.keys()].filter((at) => raw[at] === 0x7b);
    if (braces.length === 0) return raw;
    const at = (braces[which % braces.length] ?? 0) + 1;
    return replaced(raw, at, at, Buffer.from(`"${key}":${value},`));
  });

/** One of `corpus`, changed `1` to `most` times over. */
export function mutated(corpus: readonly Buffer[], most = 4): fc.Arbitrary<Buffer> {
  const bytewise = [flipBit, setByte, insert, remove, duplicate, truncate, spliceWith(corpus)];
  const mutation = fc.oneof(
    { weight: 2, arbitrary: fc.oneof(...bytewise) },
    { weight: 2, arbitrary: fc.oneof(replaceValue, insertProperty) },
    { weight: 2, arbitrary: respell },
  );
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: most }))
    .map(([raw, mutations]) => mutations.reduce((bytes, mutate) => mutate(bytes), raw));
}
