import { isoTime } from './iso-time.js';

describe('a time', () => {
  it.each([
    0, 1, -1, 86_399_999, 86_400_000, 1_795_478_400_000, 1_795_478_399_999, 951_782_400_123,
  ])('of %d ms is written as JavaScript writes it', (ms) => {
    expect(isoTime(ms)).toBe(new Date(ms).toISOString());
  });

  it('that is none stays none', () => {
    expect(isoTime(null)).toBeNull();
  });
});
