import { alertRules } from '../../src/alerts/rules.js';
import { Environment } from '../../src/config/environment.js';
import { limitsOf } from '../../src/alerts/limits.js';
import { textOf } from '../support/documents.js';

/** The rules as the defaults make them. */
const limits = limitsOf(new Environment());

const rowOf = (cells: readonly string[]): string => cells.join(' | ');

it('the table of the document is that of the rules', async () => {
  const lines = (await textOf('docs/alerts.md')).split('\n');
  const documented = lines
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => /^`[a-z_]+`$/.test(name ?? ''))
    .map((cells) => rowOf(cells.slice(1, -1)));
  const expected = alertRules(limits).map(
    ({ name, severity, fires, fireHoldSeconds, clears, whatToDo }) =>
      rowOf([
        `\`${name}\``,
        severity,
        fires,
        fireHoldSeconds === 0 ? 'at once' : `${String(fireHoldSeconds)} s`,
        clears,
        whatToDo,
      ]),
  );
  expect(documented).toEqual(expected);
});
