import { parseOptions, UsageError } from './options.js';

const parse = (line: string): unknown =>
  parseOptions(line.split(' ').filter((word) => word !== ''));

describe('the command line of verify', () => {
  it.each([
    ['', { watch: null, isJson: false }],
    ['--json', { watch: null, isJson: true }],
    ['--watch 24h', { watch: { forMs: 86_400_000, everyMs: 60_000 }, isJson: false }],
    ['--watch 3s --every 1s --json', { watch: { forMs: 3_000, everyMs: 1_000 }, isJson: true }],
    ['--watch 31d --every 1d', { watch: { forMs: 2_678_400_000, everyMs: 86_400_000 } }],
    ['--watch 90m', { watch: { forMs: 5_400_000 } }],
  ])('takes «%s»', (line, wanted) => {
    expect(parse(line)).toMatchObject(wanted);
  });

  it.each([
    ['--every 10s', /^--every goes with --watch/],
    ['--watch 24', /^--watch must be a time from 1s to 31d, such as 10s, 5m or 24h$/],
    ['--watch 0s', /^--watch must be a time/],
    ['--watch 32d', /^--watch must be a time/],
    ['--watch 1w', /^--watch must be a time/],
    ['--watch 1h --every 2d', /^--every must be a time from 1s to 1d/],
    ['--watch', /^usage: /],
    ['--colour', /^usage: /],
    ['now', /^usage: /],
  ])('refuses «%s»', (line, sentence) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(sentence);
  });
});
