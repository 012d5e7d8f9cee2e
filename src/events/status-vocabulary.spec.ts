import { STATUSES, statusOf, VOCABULARY } from './status-vocabulary.js';

describe('what a status word means', () => {
  it.each([
    ['healthy', 'healthy up ok pass passing success alive'],
    ['degraded', 'degraded warn warning restricted'],
    ['unhealthy', 'unhealthy down fail failed failing error critical offline'],
    ['unknown', 'unknown starting'],
    ['left', 'stopping stopped draining shutting_down'],
  ])('is %s for %s, whatever the case and the blanks around it', (status, words) => {
    for (const word of words.split(' ')) {
      expect(statusOf(word)).toBe(status);
      expect(statusOf(word.toUpperCase())).toBe(status);
      expect(statusOf(`\t ${word[0]?.toUpperCase()}${word.slice(1)}\n`)).toBe(status);
    }
  });

  it.each(['stale', 'left', '', 'okay', 'shutting-down', 'constructor', '__proto__', 'toString'])(
    'is not listed for %j',
    (word) => {
      expect(statusOf(word)).toBeUndefined();
    },
  );

  it('is not listed for a long text that begins with a known word', () => {
    expect(statusOf(`up${'!'.repeat(100_000)}`)).toBeUndefined();
  });

  it('gives every word one meaning', () => {
    const words = Object.values(VOCABULARY).flat();
    expect(new Set(words).size).toBe(words.length);
  });

  it('lets no publisher say stale, and everything else that the monitor says', () => {
    const said = Object.keys(VOCABULARY).filter((status) => status !== 'left');
    expect(said.sort()).toEqual(STATUSES.filter((status) => status !== 'stale').sort());
  });
});
