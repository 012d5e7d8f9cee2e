import { clocks, offsetOf } from './clocks.js';

const at = (of: string, seconds: number, errorSeconds = 0) => ({
  ...{ of, us: seconds * 1e6, errorUs: errorSeconds * 1e6 },
});

describe('clocks', () => {
  it.each([
    ['within a second', [at('Redis', 0.9)], 'ok', 'Redis 0.9 s ahead of this host'],
    ['a second apart', [at('Redis', -1.5)], 'warning', 'this host 1.5 s ahead of Redis'],
    ['two seconds apart', [at('Redis', 2.1)], 'failed', 'Redis 2.1 s ahead of this host'],
    [
      'apart on two sides of this host',
      [at('Redis', 1.2), at('PostgreSQL', -1)],
      'failed',
      'Redis 2.2 s ahead of PostgreSQL',
    ],
    ['perhaps apart', [at('Redis', 3, 2.5)], 'ok', 'Redis 3 s ahead of this host'],
    ['as like as can be seen', [at('Redis', 0.001, 0.004)], 'ok', 'less than 0.004 s'],
  ])('%s', (_, offsets, state, found) => {
    expect(clocks(offsets)).toMatchObject({ state, found: expect.stringContaining(found) });
  });

  it('are compared as of the middle of the question', async () => {
    const offset = await offsetOf('Redis', () =>
      Promise.resolve((performance.timeOrigin + performance.now()) * 1_000 + 5e6),
    );
    expect(Math.abs(offset.us - 5e6)).toBeLessThanOrEqual(offset.errorUs + 1);
  });
});
