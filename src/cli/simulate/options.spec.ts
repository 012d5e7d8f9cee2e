import { parseOptions } from './options.js';

describe('the command line of the simulation', () => {
  it('asks for a day of 200 services, by one, two and three sweepers', () => {
    expect(parseOptions([])).toEqual({
      seed: 1,
      hours: 24,
      services: 200,
      sweepers: [1, 2, 3],
      jsonFile: null,
      isLive: false,
    });
  });

  it.each([
    ['--live', { isLive: true }],
    ['--quick', { hours: 2, services: 50 }],
    ['--quick --hours 3', { hours: 3, services: 50 }],
    ['--seed 9 --sweepers 3 --json out.json', { seed: 9, sweepers: [3], jsonFile: 'out.json' }],
  ])('%s', (line, wanted) => {
    expect(parseOptions(line.split(' '))).toMatchObject(wanted);
  });

  it.each([
    '--seed x',
    '--seed 1.5',
    '--hours 0',
    '--services 0',
    '--sweepers 4',
    '--sweepers=',
    '--what',
  ])('does not know %s', (line) => {
    expect(parseOptions(line.split(' '))).toBeNull();
  });
});
