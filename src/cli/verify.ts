import { ConfigurationError, loadEnvironment } from '../config/load.js';
import type { Environment } from '../config/environment.js';
import { type Options, parseOptions, UsageError } from './verify/options.js';
import { documentOf, lineOf, summaryOf } from './verify/report.js';
import { runOnce } from './verify/run.js';
import {
  documentOfRound,
  documentOfSummary,
  linesOfRound,
  summaryOf as summaryOfRounds,
  watch,
} from './verify/watch.js';

/**
 * `npm run verify`: holds the running deployment to the guide's validation, and cleans up after itself.
 * Exit codes: 0 all passed, 1 something failed, 2 wrong usage.
 */
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    stopping.abort();
  });
}
process.stdout.on('error', () => {
  stopping.abort(); // nobody reads on; what was published is removed all the same
});
const startedMs = performance.now();

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const printDocument = (document: unknown): void => {
  print(JSON.stringify(document));
};

try {
  const options = parseOptions(process.argv.slice(2));
  const environment = loadEnvironment(process.env);
  if (environment.HEALTH_WEBHOOK_URL !== null) {
    process.stderr.write(
      'note: HEALTH_WEBHOOK_URL is set: its receiver is told of the service of the verification, too\n',
    );
  }
  const isPassed = await (options.watch === null
    ? once(environment, options)
    : repeatedly(environment, options, options.watch));
  process.exitCode = isPassed ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function once(environment: Environment, { isJson }: Options): Promise<boolean> {
  const lines = await runOnce(environment, stopping.signal, (line) => {
    if (!isJson) print(lineOf(line));
  });
  const ms = performance.now() - startedMs;
  if (isJson) printDocument(documentOf(lines, ms));
  else print(summaryOf(lines, ms));
  return lines.every((line) => line.isPassed);
}

async function repeatedly(
  environment: Environment,
  { isJson }: Options,
  course: NonNullable<Options['watch']>,
): Promise<boolean> {
  const rounds = await watch(environment, course, stopping.signal, (round) => {
    if (isJson) printDocument(documentOfRound(round));
    else print(linesOfRound(round));
  });
  const ms = performance.now() - startedMs;
  if (isJson) printDocument(documentOfSummary(rounds, ms));
  else print(summaryOfRounds(rounds, ms));
  return rounds.length > 0 && rounds.every((round) => round.isPassed);
}
