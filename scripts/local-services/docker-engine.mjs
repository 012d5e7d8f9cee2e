import { homedir } from 'node:os';
import { run } from './commands.mjs';
import { PROJECT } from './folders.mjs';

/**
 * The `docker` command: whether it can be used here, and how it is run.
 */

/** An engine on this machine answers within milliseconds; one that hangs must not hold us up. */
const ANSWER_TIMEOUT_MS = 2000;

/** A busy engine is waited for by an instance that it is known to hold. */
export const PATIENT_TIMEOUT_MS = 10_000;

/** What of the caller's environment tells the client where its engine and its plugins are. */
const PASSED_ON = /^(DOCKER_.+|XDG_.+|SSH_AUTH_SOCK)$/;

const environment = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
  HOME: process.env.HOME ?? homedir(),
});

/**
 * Runs `docker` to its end.
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, input?: string, timeoutMs?: number }} [options]
 * @returns {Promise<string>} its stdout
 * @throws {import('./commands.mjs').CommandFailed}
 */
export function docker(args, { env, input, timeoutMs } = {}) {
  return run('docker', args, {
    account: null,
    cwd: PROJECT,
    env: { ...environment(), ...env },
    input,
    timeoutMs,
  });
}

/**
 * Whether there are a client, its compose plugin, and an engine for Linux containers that answers.
 * @param {number} [timeoutMs]
 * @returns {Promise<boolean>}
 */
export async function dockerAnswers(timeoutMs = ANSWER_TIMEOUT_MS) {
  const ask = (args) => docker(args, { timeoutMs }).catch(() => '');
  const [system, compose] = await Promise.all([
    ask(['version', '--format', '{{.Server.Os}}']),
    ask(['compose', 'version', '--short']),
  ]);
  return system.trim() === 'linux' && compose.trim() !== '';
}
