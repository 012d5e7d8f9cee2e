import { parseOptions, USAGE } from './preflight/options.js';
import { jsonReport, textReport } from './preflight/report.js';
import { runPreflight } from './preflight/run.js';

/** `npm run preflight`: whether all is there that an instance needs. Exit code 0 only if no check failed. */
const options = parseOptions(process.argv.slice(2));
if (options === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  const checks = await runPreflight(process.env, options.instances);
  process.stdout.write(options.isJson ? jsonReport(checks) : textReport(checks));
  process.exitCode = checks.some(({ state }) => state === 'failed') ? 1 : 0;
}
