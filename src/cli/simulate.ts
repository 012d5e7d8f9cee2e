import { parseOptions, USAGE } from './simulate/options.js';
import { runSimulate } from './simulate/run.js';

/** `npm run simulate`: holds the product to a made-up world that is known perfectly. See docs/simulation.md. */
const options = parseOptions(process.argv.slice(2));
if (options === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await runSimulate(options);
}
