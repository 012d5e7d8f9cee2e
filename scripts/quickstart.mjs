import path from 'node:path';
import { parseArgs } from 'node:util';
import * as services from './local-services/index.mjs';
import { isPortFree } from './local-services/ports.mjs';
import { isBuilt } from './quickstart/build.mjs';
import { exitCodeOf, start, waitUntilReady } from './quickstart/steps.mjs';
import { abortOnSignals } from './quickstart/stopping.mjs';
import { whereToLook } from './quickstart/where-to-look.mjs';

/**
 * From a clone to a running service: services up, build, migrate, start, tell where to look. The
 * first Ctrl-C (or SIGTERM) stops what was started, in reverse order; the second ends at once.
 */

const USAGE = 'usage: npm run quickstart';
const PROJECT = path.resolve(import.meta.dirname, '..');
const DEFAULT_PORT = 8100;
const LAST_PORT = 8199;

/** The app drains within 10 s; then it is killed. */
const APP_STOP_TIMEOUT_MS = 12_000;

/** The app is ready within seconds, unless something it needs is missing. */
const READY_HINT_AFTER_MS = 20_000;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

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

/**
 * Runs a command until it ends or we are told to stop, then makes sure that it ends.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code, 0 if we stopped it
 */
async function runUntilStopped(command, args, env) {
  if (stopping.aborted) return 0;
  const child = start(command, args, { cwd: PROJECT, env });
  let killer;
  const stop = () => {
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), APP_STOP_TIMEOUT_MS);
  };
  stopping.addEventListener('abort', stop, { once: true });
  const code = await exitCodeOf(child);
  stopping.removeEventListener('abort', stop);
  clearTimeout(killer);
  return stopping.aborted ? 0 : code;
}

/** @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] */
async function step(command, args, env) {
  const code = await runUntilStopped(command, args, env);
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
 * Builds, migrates and runs the app until it ends or we are told to stop.
 * @param {import('./local-services/index.mjs').ServiceUrls & { redisCli?: string }} running
 * @returns {Promise<number>} the app's exit code
 */
async function runApp({ databaseUrl, redisUrl, redisCli }) {
  if (stopping.aborted) return 0;
  if (!(await isBuilt(PROJECT))) {
    say('building');
    await step('npm', ['run', '--silent', 'build']);
  }
  const env = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await step(process.execPath, ['dist/src/cli/migrate.js'], env);
  const port = await choosePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const appEnded = new AbortController();
  const app = runUntilStopped(process.execPath, ['dist/src/main.js'], {
    ...env,
    PORT: String(port),
  });
  const ended = app.finally(() => appEnded.abort());
  const readiness = `${baseUrl}/health/ready`;
  const hint = setTimeout(() => say(`not ready yet, ${readiness} says why`), READY_HINT_AFTER_MS);
  const isReady = await waitUntilReady(readiness, appEnded.signal);
  clearTimeout(hint);
  if (isReady) {
    process.stdout.write(await whereToLook({ baseUrl, redisUrl, redisCli }));
  }
  return ended;
}

/** @param {import('./local-services/index.mjs').Instance} local */
async function stopStarted({ started, stopPostgres, stopRedis }) {
  await Promise.all([started.postgres && stopPostgres(), started.redis && stopRedis()]);
}

async function main() {
  try {
    parseArgs({ options: {} });
  } catch {
    process.stderr.write(`${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    const given = services.givenServices(process.env);
    if (given) return await runApp(given);
    const local = await services.up();
    try {
      return await runApp(local);
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
