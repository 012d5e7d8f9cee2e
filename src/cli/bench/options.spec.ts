import { parseOptions } from './options.js';
import { durationText, Remaining, schedule } from './schedule.js';

const parsed = (line: string) => parseOptions(line === '' ? [] : line.split(' '));
const namesOf = (line: string) => parsed(line)?.measurements.map(({ name }) => name);

describe('the command line of the bench', () => {
  it('takes all that a full run has, three rounds', () => {
    expect(parsed('')).toMatchObject({ size: 'full', rounds: 3, isEachRound: false });
    expect(namesOf('')).toEqual(
      expect.arrayContaining(['copy', 'guide', 'usual', 'drain-wide', 'steady-30', 'growth-10']),
    );
    expect(namesOf('')).not.toContain('steady-300');
  });

  it.each([
    ['--quick', ['copy', 'guide', 'drain', 'live', 'steady-1000']],
    ['--only reads,copy', ['copy', 'reads']],
    ['--only growth-1 --quick', ['growth-1']],
    ['--capacity', ['steady-30', 'steady-300', 'steady-1000', 'steady-5000']],
  ])('%s measures %j', (line, names) => {
    expect(namesOf(line)).toEqual(names);
  });

  it('adds a growth of so many million rows', () => {
    expect(namesOf('--rows 50')?.slice(-3)).toEqual(['growth-1', 'growth-10', 'growth-50']);
    expect(namesOf('--rows 10')?.filter((name) => name === 'growth-10')).toHaveLength(1);
    expect(namesOf('--only growth-1 --rows 2')).toEqual(['growth-1', 'growth-2']);
    expect(namesOf('--quick --rows 0.5')?.at(-1)).toBe('growth-0.5');
  });

  it.each([
    '--rounds 0',
    '--rounds 1.5',
    '--only none',
    '--only copy,none',
    '--rows x',
    '--rows 0',
    '--what',
    'x',
  ])('does not know %s', (line) => {
    expect(parsed(line)).toBeNull();
  });
});

describe('the schedule', () => {
  const turnsOf = (line: string) => {
    const options = parsed(line);
    if (options === null) throw new Error('no options');
    const { measurements, size, rounds, isEachRound } = options;
    return schedule(measurements, size, rounds, isEachRound);
  };
  const texts = (line: string) =>
    turnsOf(line).map(({ measurement, round }) => `${measurement.name} ${round}`);

  it('interleaves rounds, and takes the long measurements once', () => {
    expect(texts('--only copy,live,overload')).toEqual([
      ...['copy 1', 'live 1', 'overload 1'],
      ...['copy 2', 'live 2', 'copy 3', 'live 3'],
    ]);
  });

  it('takes them once in a quick run, too, where they are asked for', () => {
    expect(texts('--quick --only overload,growth-1')).toEqual(['overload 1', 'growth-1 1']);
  });

  it('takes them in each round where rounds are asked for', () => {
    expect(texts('--only copy,overload --rounds 2')).toEqual([
      ...['copy 1', 'overload 1', 'copy 2', 'overload 2'],
    ]);
  });

  it('knows what is left by what was seen', () => {
    const turns = turnsOf('--only copy --quick');
    const [first] = turns;
    if (first === undefined) throw new Error('no turns');
    const remaining = new Remaining(turns, 'quick');
    expect(remaining.seconds(1)).toBe(2 * first.measurement.seconds.quick);
    remaining.took(first.measurement, 5);
    expect(remaining.seconds(1)).toBe(10);
    expect(remaining.seconds(3)).toBe(0);
  });

  it.each([
    [40, '40 s'],
    [700, '12 min'],
    [7_500, '2 h 05 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
