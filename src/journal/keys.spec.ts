import { journalKeys } from './keys.js';

/** The part of a key that Redis Cluster hashes. Source: Redis, cluster specification, hash tags. */
function hashedPart(key: string): string {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open < 0 || close < 0 || close === open + 1 ? key : key.slice(open + 1, close);
}

const allKeys = (journal: string): string[] => {
  const keys = journalKeys(journal);
  return [
    keys.lease,
    keys.clock,
    keys.applied('writer'),
    `${keys.dedup}88000000`,
    keys.copies('a{b}c=='),
    keys.journal,
  ];
};

describe('the keys of a journal', () => {
  it.each([
    ['health:journal', '{health:journal}:clock'],
    ['{health}:journal', '{health}:journal:clock'],
    ['eu:{health}:journal', 'eu:{health}:journal:clock'],
  ])('called %s begin with its hash tag', (journal, clock) => {
    expect(journalKeys(journal).clock).toBe(clock);
  });

  it.each([['health:journal'], ['{health}:journal'], ['eu:{health}:journal'], ['a{b'], ['{x}{y}']])(
    'called %s lie in one slot of a cluster, whatever they are about',
    (journal) => {
      expect(new Set(allKeys(journal).map(hashedPart))).toEqual(new Set([hashedPart(journal)]));
    },
  );

  it('are the journal itself and others, all distinct', () => {
    expect(journalKeys('j').journal).toBe('j');
    expect(new Set(allKeys('j')).size).toBe(6);
  });

  it('are never those of another journal', () => {
    const mine = new Set(allKeys('health:journal'));
    for (const theirs of ['health:journal2', 'health', 'health:journal:dedup']) {
      expect(allKeys(theirs).filter((key) => mine.has(key))).toEqual([]);
    }
  });

  it('tell duplicates and copies of the same words apart', () => {
    const keys = journalKeys('j');
    expect(`${keys.dedup}1`).not.toBe(keys.copies('1'));
    expect(keys.copies('x')).not.toBe(keys.copies('y'));
    expect(keys.applied('x')).not.toBe(keys.applied('y'));
  });
});
