import { parseOptions } from './options.js';

describe('the command line of preflight', () => {
  it.each([
    ['', { isJson: false, instances: 1 }],
    ['--json', { isJson: true, instances: 1 }],
    ['--instances 3', { isJson: false, instances: 3 }],
    ['--instances=1000 --json', { isJson: true, instances: 1_000 }],
  ])('%j', (line, expected) => {
    expect(parseOptions(line.split(' ').filter((word) => word !== ''))).toEqual(expected);
  });

  it.each([
    '--instances',
    '--instances 0',
    '--instances 1001',
    '--instances 2.5',
    '--instances -1',
    '--yes',
    'all',
  ])('%j is none', (line) => {
    expect(parseOptions(line.split(' '))).toBeNull();
  });
});
