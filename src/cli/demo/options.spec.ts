import { DEFAULT_SEED, parseOptions } from './options.js';

describe('the options of the demo', () => {
  it.each([
    [[], { seed: DEFAULT_SEED, speed: 1 }],
    [['--seed', '0'], { seed: 0, speed: 1 }],
    [['--seed', '42', '--speed', '20'], { seed: 42, speed: 20 }],
    [['--speed=0.5'], { seed: DEFAULT_SEED, speed: 0.5 }],
  ])('%j are %j', (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  it.each([
    [['--seed', 'one']],
    [['--seed', '1.5']],
    [['--seed', '-1']],
    [['--seed', '']],
    [['--seed']],
    [['--speed', '0']],
    [['--speed', '1000']],
    [['--speed', 'fast']],
    [['--faster']],
    [['20']],
  ])('%j are refused', (args) => {
    expect(parseOptions(args)).toBeNull();
  });
});
