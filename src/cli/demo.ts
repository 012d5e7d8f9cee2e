import { ConfigurationError } from '../config/load.js';
import { parseOptions, USAGE } from './demo/options.js';
import { runDemo } from './demo/run.js';
import { environmentWithout } from './environment-without.js';

/** A made-up fleet that publishes, for `npm run quickstart -- --demo`. Ends well on SIGINT or SIGTERM. */
const say = (line: string): void => {
  process.stderr.write(`demo: ${line}\n`);
};

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ending.abort();
    });
  }
  try {
    await runDemo(options, environmentWithout('DATABASE_URL'), say, ending.signal);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    error.problems.forEach(say);
    return 1;
  }
}

process.exitCode = await main();
