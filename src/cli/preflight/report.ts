import { withoutPasswords } from '../../observability/log.js';
import type { Check, CheckState } from './check.js';

const STATES: readonly CheckState[] = ['ok', 'warning', 'failed'];

/** A line each, and their sum. */
export function textReport(checks: readonly Check[]): string {
  const count = (state: CheckState): string =>
    `${String(checks.filter((check) => check.state === state).length)} ${state}`;
  const lines = [
    ...checks.map(line),
    `${String(checks.length)} checks: ${STATES.map(count).join(', ')}`,
  ];
  return lines.map((text) => `${text}\n`).join('');
}

export const jsonReport = (checks: readonly Check[]): string =>
  `${JSON.stringify(checks.map(inOneLine), null, 2)}\n`;

function line(check: Check): string {
  const { name, state, found, needed, what_to_do } = inOneLine(check);
  const todo = what_to_do === null ? '' : `; to do: ${what_to_do}`;
  return `${state.padEnd(7)}  ${name}. found: ${found}; needed: ${needed}${todo}`;
}

/** What a service answered may hold an address with a password, and line breaks. */
function inOneLine(check: Check): Check {
  const plain = (text: string): string =>
    withoutPasswords(text)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim();
  return {
    ...check,
    found: plain(check.found),
    what_to_do: check.what_to_do === null ? null : plain(check.what_to_do),
  };
}
