import { parseOptions, USAGE } from './bench/options.js';
import { runBench } from './bench/run.js';

/** `npm run bench`: measures this product against its limit and its predecessor. See docs/benchmark.md. */
const options = parseOptions(process.argv.slice(2));
if (options === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await runBench(options);
}
