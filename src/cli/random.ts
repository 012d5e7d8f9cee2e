import { mulberry32 } from './mulberry32.js';

/**
 * A stream of chance, decided by a seed and a label. Each part of a made-up world draws from a stream
 * of its own, so that a change of one part leaves what befalls the others as it was.
 */
export class Random {
  private readonly next: () => number;

  constructor(seed: number, label: string) {
    this.next = mulberry32(seed ^ fnv1a(label));
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  /** A whole number, both bounds possible. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  /** @throws RangeError where there is nothing to pick from. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return list[this.whole(0, list.length - 1)] as T; // the index lies within
  }

  /** `count` characters of `alphabet`. */
  text(count: number, alphabet: string): string {
    const character = (): string => alphabet.charAt(this.whole(0, alphabet.length - 1));
    return Array.from({ length: count }, character).join('');
  }

  /** Of the standard normal distribution, by the transform of Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** 32-bit FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
