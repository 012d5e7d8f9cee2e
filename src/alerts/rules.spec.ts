import { ALERT_NAMES, type AlertName } from './alert.js';
import type { Figures } from './figures.js';
import type { Verdict } from './hysteresis.js';
import { alertRules, verdictOf } from './rules.js';

const RULES = alertRules({ holdSeconds: 30, gapAfterSeconds: 5 });

const DATABASE = {
  silentSeconds: 0.4,
  gapCause: null,
  heldTransitions: 0,
  processed: 1_000,
  deadLettered: 0,
  newLetters: 0,
} as const;

const WELL: Figures = {
  consumer: { isEnabled: true, isWorking: true, isPaused: false, problem: null },
  pool: { size: 10, checkedOut: 2, waiting: 0 },
  database: DATABASE,
  unacknowledgedSeconds: 0,
  durabilityProblems: [],
};

const IDLE = { ...WELL.consumer, isWorking: false, problem: 'the journal cannot be read: NOPERM' };
const of = (figures: Partial<Figures>): Figures => ({ ...WELL, ...figures });
const database = (figures: Partial<NonNullable<Figures['database']>>): Figures =>
  of({ database: { ...DATABASE, ...figures } });
const pool = (checkedOut: number, waiting: number): Figures =>
  of({ pool: { size: 10, checkedOut, waiting } });

type Case = readonly [name: AlertName, what: string, figures: Figures, verdict: Verdict];

const CASES: readonly Case[] = [
  [
    'consumer_down',
    'the own consumer works, though nothing is heard',
    database({ silentSeconds: 60 }),
    'under',
  ],
  ['consumer_down', 'another one consumes', of({ consumer: IDLE }), 'under'],
  [
    'consumer_down',
    'nobody consumes',
    of({ consumer: IDLE, database: { ...DATABASE, silentSeconds: 5 } }),
    'over',
  ],
  [
    'consumer_down',
    'nobody consumes, for an operator paused it',
    of({ consumer: { ...IDLE, isPaused: true }, database: { ...DATABASE, silentSeconds: 60 } }),
    'under',
  ],
  [
    'consumer_down',
    'nobody consumes, for an operator paused it elsewhere',
    of({
      consumer: { ...IDLE, isEnabled: false },
      database: { ...DATABASE, silentSeconds: 60, gapCause: 'consumer_paused' },
    }),
    'under',
  ],
  [
    'consumer_down',
    'the database does not answer, and nobody acknowledges',
    of({ consumer: IDLE, database: null, unacknowledgedSeconds: 6 }),
    'over',
  ],
  [
    'consumer_down',
    'the database does not answer, and somebody acknowledges',
    of({ consumer: IDLE, database: null, unacknowledgedSeconds: 1 }),
    'under',
  ],
  [
    'consumer_down',
    'neither database nor Redis answers',
    of({ consumer: IDLE, database: null, unacknowledgedSeconds: null }),
    'unknown',
  ],
  [
    'high_error_rate',
    'one of twenty is a dead letter',
    database({ processed: 20, deadLettered: 1 }),
    'over',
  ],
  ['high_error_rate', 'one of two is', database({ processed: 2, deadLettered: 1 }), 'under'],
  ['high_error_rate', '19 of 19 are', database({ processed: 19, deadLettered: 19 }), 'under'],
  ['high_error_rate', '49 of 1,000 are', database({ deadLettered: 49 }), 'between'],
  ['high_error_rate', '25 of 1,000 are', database({ deadLettered: 25 }), 'between'],
  ['high_error_rate', '24 of 1,000 are', database({ deadLettered: 24 }), 'under'],
  ['high_error_rate', 'there was nothing', database({ processed: 0 }), 'under'],
  ['pool_exhaustion', 'all are in use and one waits', pool(10, 1), 'over'],
  ['pool_exhaustion', 'nine of ten are in use and one waits', pool(9, 1), 'over'],
  ['pool_exhaustion', 'all are in use and nobody waits', pool(10, 0), 'under'],
  ['pool_exhaustion', 'eight of ten are in use and one waits', pool(8, 1), 'under'],
  ['journal_lag', 'an entry waits for 30 s', of({ unacknowledgedSeconds: 30 }), 'over'],
  ['journal_lag', 'an entry waits for 15 s', of({ unacknowledgedSeconds: 15 }), 'between'],
  ['journal_lag', 'an entry waits for 14 s', of({ unacknowledgedSeconds: 14 }), 'under'],
  ['journal_lag', 'Redis does not answer', of({ unacknowledgedSeconds: null }), 'unknown'],
  ['observation_gap', 'nothing came through for 5 s', database({ silentSeconds: 5 }), 'over'],
  [
    'observation_gap',
    'something came through 4.9 s ago',
    database({ silentSeconds: 4.9 }),
    'under',
  ],
  ['self_preservation', 'one transition is held', database({ heldTransitions: 1 }), 'over'],
  ['dead_letters', 'there is a new letter', database({ newLetters: 1 }), 'over'],
  [
    'journal_not_durable',
    'there is a reason',
    of({ durabilityProblems: ['appendonly is no'] }),
    'over',
  ],
  ['journal_not_durable', 'Redis does not say', of({ durabilityProblems: null }), 'unknown'],
];

const find = (name: AlertName): (typeof RULES)[number] => {
  const rule = RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

describe('the rules', () => {
  it('are one per alert, in their order', () => {
    expect(RULES.map(({ name }) => name)).toEqual(ALERT_NAMES);
  });

  it.each(CASES)('%s where %s', (name, _, figures, verdict) => {
    const rule = find(name);
    expect(verdictOf(rule, rule.judge(figures))).toBe(verdict);
  });

  it.each(ALERT_NAMES)('%s is quiet where all is well, and says so in a sentence', (name) => {
    const rule = find(name);
    const finding = rule.judge(WELL);
    expect(verdictOf(rule, finding)).toBe('under');
    expect(finding.summary).toMatch(/^[A-Z0-9].*\.$/);
    expect(finding.value).not.toBeNull();
  });

  it.each(['high_error_rate', 'observation_gap', 'self_preservation', 'dead_letters'] as const)(
    '%s keeps its state where the database does not answer',
    (name) => {
      const rule = find(name);
      const finding = rule.judge(of({ database: null }));
      expect({ verdict: verdictOf(rule, finding), ...finding }).toMatchObject({
        verdict: 'unknown',
        value: null,
        summary: expect.stringContaining('database'),
      });
    },
  );

  it.each(ALERT_NAMES)('%s clears nowhere above where it fires, and says what to do', (name) => {
    const { firesFrom, clearsBelow, whatToDo } = find(name);
    expect(clearsBelow).toBeLessThanOrEqual(firesFrom);
    expect(whatToDo).toMatch(/^[A-Z].*\.$/);
  });
});
