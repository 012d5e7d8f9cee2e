import path from 'node:path';
import * as services from './local-services/index.mjs';
import { isPortFree } from './local-services/ports.mjs';
import { isBuilt } from './quickstart/build.mjs';
import { parseOptions, USAGE } from './quickstart/options.mjs';
import { aborted, runUntil, waitUntilReady } from './quickstart/steps.mjs';
import { abortOnSignals } from './quickstart/stopping.mjs';
import { whereToLook } from './quickstart/where-to-look.mjs';

/**
 * From a clone to a running service: services up, build, migrate, start, tell where to look. The
 * first Ctrl-C (or SIGTERM) stops what was started, in reverse order; the second ends at once.
 */

const PROJECT = path.resolve(import.meta.dirname, '..');
const DEFAULT_PORT = 8100;
const LAST_PORT = 8199;

/** The app is ready within seconds, unless something it needs is missing. */
const READY_HINT_AFTER_MS = 20_000;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** @typedef {import('./quickstart/options.mjs').Options} Options */

/** @param {string} line */
const say = (line) => process.stderr.write(`quickstart: ${line}\n`);

const stopping = abortOnSignals(() => say('stopping'));

/** The step to be run ended badly; it has said why. */
class StepFailed extends Error {
  /** @param {number} exitCode */
  constructor(exitCode) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] */
async function step(command, args, env) {
  const code = await runUntil(stopping, command, args, { cwd: PROJECT, env });
  if (code !== 0) throw new StepFailed(code);
}

/** @returns {Promise<number>} PORT, or the first free one from 8100 on */
async function choosePort() {
  if (process.env.PORT) return Number(process.env.PORT);
  for (let port = DEFAULT_PORT; port <= LAST_PORT; port += 1) {
    if (!(await isPortFree(port, process.env.HOST || '0.0.0.0'))) continue;
    if (port !== DEFAULT_PORT) say(`port ${DEFAULT_PORT} is taken, using ${port}`);
    return port;
  }
  throw new services.Refusal(
    `Ports ${DEFAULT_PORT} to ${LAST_PORT} are taken: set PORT to a free one.`,
  );
}

/**
 * Builds, migrates and runs the app, and the demo beside it, until the app ends or we are told to
 * stop. The demo is stopped first: its instances say good-bye, and the app hears it.
 * @param {import('./local-services/index.mjs').ServiceUrls & { redisCli?: string }} running
 * @param {Options} options
 * @returns {Promise<number>} the app's exit code
 */
async function runApp({ databaseUrl, redisUrl, redisCli }, options) {
  if (stopping.aborted) return 0;
  if (!(await isBuilt(PROJECT))) {
    say('building');
    await step('npm', ['run', '--silent', 'build']);
  }
  const withUrls = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await step(process.execPath, ['dist/src/cli/migrate.js'], withUrls);
  const port = await choosePort();
  const env = { ...withUrls, PORT: String(port) };
  const baseUrl = `http://127.0.0.1:${port}`;
  if (stopping.aborted) return 0;
  const ending = new AbortController();
  const end = () => ending.abort();
  stopping.addEventListener('abort', end, { once: true });
  const appStopping = new AbortController();
  const appArgs = ['dist/src/main.js'];
  const app = runUntil(appStopping.signal, process.execPath, appArgs, { cwd: PROJECT, env });
  const appEnded = app.finally(end);
  if (await isReady(`${baseUrl}/health/ready`, ending.signal)) {
    const { hasDemo } = options;
    process.stdout.write(await whereToLook({ baseUrl, redisUrl, redisCli, hasDemo }));
    if (hasDemo) await runDemo(ending.signal, env, options);
  }
  await aborted(ending.signal);
  appStopping.abort();
  return appEnded;
}

/** @param {string} url @param {AbortSignal} signal ends the wait */
async function isReady(url, signal) {
  const hint = setTimeout(() => say(`not ready yet, ${url} says why`), READY_HINT_AFTER_MS);
  const isReady = await waitUntilReady(url, signal);
  clearTimeout(hint);
  return isReady;
}

/**
 * Should it end by itself, the app goes on without it.
 * @param {AbortSignal} signal
 * @param {NodeJS.ProcessEnv} env
 * @param {Options} options
 */
async function runDemo(signal, env, { demoArgs }) {
  const args = ['dist/src/cli/demo.js', ...demoArgs];
  await runUntil(signal, process.execPath, args, { cwd: PROJECT, env });
  if (!signal.aborted) say('the demo has ended, health-monitor goes on');
}

/** @param {import('./local-services/index.mjs').Instance} local */
async function stopStarted({ started, stopPostgres, stopRedis }) {
  await Promise.all([started.postgres && stopPostgres(), started.redis && stopRedis()]);
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) {
    process.stderr.write(`${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    const given = services.givenServices(process.env);
    if (given) return await runApp(given, options);
    const local = await services.up();
    try {
      return await runApp(local, options);
    } finally {
      await stopStarted(local);
    }
  } catch (error) {
    // Ctrl-C reaches what the services' start runs, too: that it failed is what was asked for.
    if (stopping.aborted) return 0;
    if (error instanceof StepFailed) return error.exitCode;
    if (!(error instanceof services.Refusal)) throw error;
    say(error.message);
    return EXIT_FAILED;
  }
}

process.exitCode = await main();
