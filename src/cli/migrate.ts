import { migrate } from '../storage/schema.js';
import { runCommand } from './run-command.js';

await runCommand(async (environment) => {
  const done = await migrate(environment);
  return done.length === 0
    ? `schema "${environment.DATABASE_SCHEMA}" is up to date`
    : done.map((name) => `applied ${name}`).join('\n');
});
