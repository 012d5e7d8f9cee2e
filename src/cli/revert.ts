import { revert } from '../storage/schema.js';
import { runCommand } from './run-command.js';

await runCommand(
  async (environment, options) => {
    const reverted = await revert(environment, options.has('--force'));
    return reverted === null ? 'nothing is left to revert' : `reverted ${reverted}`;
  },
  ['--force'],
);
