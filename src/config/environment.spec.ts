import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { Environment, problemsOf, SECRETS, VARIABLES } from './environment.js';

type Name = keyof Environment;

const REQUIRED = { DATABASE_URL: 'postgres://db/health', REDIS_URL: 'redis://redis' };

const environmentWith = (values: Partial<Record<Name, string>>): Environment =>
  plainToInstance(Environment, { ...REQUIRED, ...values }, { exposeDefaultValues: true });

const problemsWith = (values: Partial<Record<Name, string>>): string[] =>
  problemsOf(environmentWith(values));

const defaults = environmentWith({});

/** What else has to be set for a variable to reach the bounds it tells. */
const COMPANIONS: Partial<Record<Name, Partial<Record<Name, string>>>> = {
  HEALTH_EVENT_WINDOW_DAYS: { HEALTH_RETENTION_DAYS: '366' },
  HEALTH_RETENTION_DAYS: {
    HEALTH_EVENT_WINDOW_DAYS: '1',
    HEALTH_TRANSITION_RETENTION_DAYS: '3650',
  },
  HEALTH_TRANSITION_RETENTION_DAYS: { HEALTH_EVENT_WINDOW_DAYS: '1', HEALTH_RETENTION_DAYS: '2' },
};
const NUMBERS = VARIABLES.filter((name) => typeof defaults[name] === 'number');

/** The bounds that a variable's own message tells. */
function boundsOf(name: Name): { readonly from: number; readonly to: number } {
  const [problem = ''] = problemsWith({ [name]: 'abc' });
  const [, from, to] =
    new RegExp(`^${name} must be a whole number from (\\d+) to (\\d+)$`).exec(problem) ?? [];
  if (from === undefined || to === undefined) throw new Error(`no bounds in: ${problem}`);
  return { from: Number(from), to: Number(to) };
}

describe('the defaults', () => {
  it('are a right configuration', () => {
    expect(problemsOf(defaults)).toEqual([]);
  });
});

describe.each(NUMBERS)('the number %s', (name) => {
  it.each(['abc', '1.5', '12px', 'NaN', 'Infinity', 'true', '1,000'])(
    'is refused as %s in one line that tells its bounds',
    (text) => {
      const { from, to } = boundsOf(name);
      expect(problemsWith({ [name]: text })).toEqual([
        `${name} must be a whole number from ${String(from)} to ${String(to)}`,
      ]);
    },
  );

  it('is taken from the lower to the upper bound it tells, no further', () => {
    const { from, to } = boundsOf(name);
    const companions = COMPANIONS[name] ?? {};
    for (const value of [from, to]) {
      expect(problemsWith({ ...companions, [name]: String(value) })).toEqual([]);
      expect(environmentWith({ [name]: String(value) })[name]).toBe(value);
    }
    for (const [value, bound] of [
      [from - 1, from],
      [to + 1, to],
    ]) {
      const problems = problemsWith({ ...companions, [name]: String(value) });
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must .*\\b${bound}$`))]);
    }
  });
});

describe('what is kept', () => {
  it.each<[Partial<Record<Name, string>>, string]>([
    [
      { HEALTH_EVENT_WINDOW_DAYS: '30' },
      'HEALTH_RETENTION_DAYS must be at least HEALTH_EVENT_WINDOW_DAYS + 1, which is 31',
    ],
    [
      { HEALTH_RETENTION_DAYS: '7' },
      'HEALTH_RETENTION_DAYS must be at least HEALTH_EVENT_WINDOW_DAYS + 1, which is 8',
    ],
    [
      { HEALTH_RETENTION_DAYS: '401' },
      'HEALTH_TRANSITION_RETENTION_DAYS must be at least HEALTH_RETENTION_DAYS, which is 401',
    ],
  ])('with %j is refused: %s', (values, problem) => {
    expect(problemsWith(values)).toEqual([problem]);
  });

  it.each<Partial<Record<Name, string>>>([
    { HEALTH_RETENTION_DAYS: '8' },
    { HEALTH_RETENTION_DAYS: '400' },
    { HEALTH_EVENT_WINDOW_DAYS: '29' },
  ])('may be %j', (values) => {
    expect(problemsWith(values)).toEqual([]);
  });
});

describe('.env.example', () => {
  const told = [
    ...readFileSync('.env.example', 'utf8').matchAll(/^# .*\((\d+)-(\d+)\).*\n([A-Z_]+)=/gm),
  ].map(([, from, to, name]) => ({ name: name as Name, from: Number(from), to: Number(to) }));

  it.each(told)('tells the bounds that $name has: $from-$to', ({ name, from, to }) => {
    expect(boundsOf(name)).toEqual({ from, to });
  });

  it('tells bounds at all', () => {
    expect(told.length).toBeGreaterThan(0);
  });
});

describe('problems', () => {
  it('are one line per wrong variable, in the order of the schema, all at once', () => {
    const wrong: Partial<Record<Name, string>> = Object.fromEntries(
      VARIABLES.filter((name) => name !== 'HOST').map((name) => [name, 'not right,'.repeat(30)]),
    );
    const problems = problemsWith(wrong);
    expect(problems.map((line) => line.split(' ')[0])).toEqual(Object.keys(wrong));
    expect(problems.join('')).not.toContain('\n');
  });

  it.each(SECRETS)('never repeat the value of %s', (name) => {
    const problems = problemsWith({ [name]: 'ftp://user:hunter2@a host' });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });
});
