import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scenarios } from './scenarios.js';

const DOCUMENT = path.join(import.meta.dirname, '../../docs/faults.md');

interface Listed {
  readonly number: number;
  readonly name: string;
  readonly folder: string;
}

/** The lines of the list of faults. */
function listed(): Listed[] {
  const lines = readFileSync(DOCUMENT, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, number = '', name = '', folder = ''] = line.split('|').map((cell) => cell.trim());
    if (!/^\d+$/.test(number)) return [];
    return [{ number: Number(number), name: name.replaceAll('`', ''), folder }];
  });
}

it('docs/faults.md lists every fault once, and each scenario by its number, name and folder', async () => {
  const list = listed();
  expect(list.map(({ number }) => number)).toEqual(list.map((_, index) => index + 1));
  const found = (await scenarios()).map(({ file, fault: { number, name } }) => ({
    number,
    name,
    folder: path.dirname(file),
  }));
  expect(list.filter(({ number }) => found.some((one) => one.number === number))).toEqual(found);
});
