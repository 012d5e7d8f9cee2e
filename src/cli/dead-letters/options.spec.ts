import { parseOptions, UsageError } from './options.js';

const parse = (line: string): unknown => parseOptions(line.split(' '));

describe('the command line of dead letters', () => {
  const filter = { reason: null, from: null, to: null };

  it.each([
    ['list', { command: 'list', filter, replayed: null, limit: 100, isJson: false }],
    [
      'list --reason too_large --from 2026-01-31 --to 2026-02-01T12:00:00Z --limit 7 --json',
      {
        command: 'list',
        filter: {
          reason: 'too_large',
          from: Date.UTC(2026, 0, 31),
          to: Date.UTC(2026, 1, 1, 12),
        },
        limit: 7,
        isJson: true,
      },
    ],
    ['list --replayed false', { replayed: false }],
    ['show 42', { command: 'show', id: '42' }],
    ['replay 42 --dry-run', { command: 'replay one', id: '42', isDryRun: true }],
    ['replay --all', { command: 'replay many', filter, limit: null, isDryRun: false }],
    ['replay --reason too_deep --limit 5000', { limit: 5_000 }],
  ])('takes %s', (line, wanted) => {
    expect(parse(line)).toMatchObject(wanted);
  });

  it.each([
    ['', /^say list, show or replay/],
    ['look', /^say list, show or replay/],
    ['list 42', /^list takes no number; try show 42$/],
    ['list --dry-run', /^list takes no --dry-run$/],
    ['list --limit 1001', /^--limit must be a whole number from 1 to 1000$/],
    ['list --limit', /^an option has no value/],
    ['list --reason odd', /^--reason must be one of invalid_json, /],
    ['list --from yesterday', /^--from must be an ISO-8601 time/],
    ['list --from 2026-01-02 --to 2026-01-01', /^--to must be after --from$/],
    ['list --replayed maybe', /^--replayed must be true or false$/],
    ['list --colour', /^unknown option --colour; options: --reason, /],
    ['show', /^give the number of a letter/],
    ['show 0', /^give the number of a letter/],
    ['show 1 2', /^one letter at a time/],
    ['replay', /^replay wants a number, one of --reason, --from and --to, or --all$/],
    ['replay --limit 5', /^replay wants a number/],
    ['replay 1 --all', /^replay of one letter takes no --all$/],
  ])('refuses «%s»', (line, sentence) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(sentence);
  });
});
