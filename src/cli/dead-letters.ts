import { deadLetterDetails, deadLetterItem } from '../api/dead-letters/dead-letters-mapping.js';
import { type Options, parseOptions } from './dead-letters/options.js';
import { replayMany, replayOne } from './dead-letters/replaying.js';
import { letterLine, letterText } from './dead-letters/texts.js';
import { atWork, type Workplace } from './dead-letters/workplace.js';
import { runDatabaseCommand } from './run-command.js';

/** `npm run dead-letters`: see docs/dead-letters.md. */
await runDatabaseCommand(async (environment) => {
  const options = parseOptions(process.argv.slice(2));
  return await atWork(environment(), async (workplace) => await run(workplace, options));
});

async function run(workplace: Workplace, options: Options): Promise<string> {
  switch (options.command) {
    case 'list':
      return await list(workplace, options);
    case 'show':
      return await show(workplace, options);
    case 'replay one':
      return await replayOne(workplace, options);
    case 'replay many':
      return await replayMany(workplace, options);
  }
}

async function list(
  { letters }: Workplace,
  { filter, replayed, limit, isJson }: Extract<Options, { command: 'list' }>,
): Promise<string> {
  const { items, hasMore } = await letters.page({ ...filter, replayed }, null, limit);
  if (isJson) return JSON.stringify({ items: items.map(deadLetterItem), has_more: hasMore });
  if (items.length === 0) return 'no dead letters';
  return [...items.map(letterLine), ...(hasMore ? ['… and older ones'] : [])].join('\n');
}

async function show(
  { letters }: Workplace,
  { id, isJson }: Extract<Options, { command: 'show' }>,
): Promise<string> {
  const letter = await letters.letter(id);
  if (letter === null) throw new Error(`no dead letter has the number ${id}`);
  return isJson ? JSON.stringify(deadLetterDetails(letter)) : letterText(letter);
}
