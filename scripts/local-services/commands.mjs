import { spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from './refusal.mjs';

/**
 * The account children run as: null is this process's own.
 * @typedef {{ uid: number, gid: number } | null} Account
 */

/** A command ended with another exit code than 0; `output` is the end of what it printed. */
export class CommandFailed extends Refusal {
  name = 'CommandFailed';

  /** @param {string} command @param {number | string} code @param {string} output */
  constructor(command, code, output) {
    super(`${path.basename(command)} failed (${code}): ${output}`);
    this.exitCode = code;
    this.output = output;
  }
}

const OUTPUT_KEPT_CHARACTERS = 4000;
const PASSED_ON = ['PATH', 'TMPDIR', 'http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'];

/**
 * The environment of every child: the caller's own PGPORT, PGOPTIONS, LD_LIBRARY_PATH or locale
 * must not reach the services.
 * @param {Record<string, string>} [extra]
 */
function cleanEnvironment(extra = {}) {
  const kept = PASSED_ON.filter((name) => process.env[name]).map((name) => [
    name,
    process.env[name],
  ]);
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', ...extra };
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} options
 * @param {Account} options.account
 * @param {string} options.cwd a folder the account may enter
 * @param {string} [options.input] written to stdin
 * @param {Record<string, string>} [options.env]
 * @param {number} [options.timeoutMs] then it is killed
 * @returns {Promise<string>} its stdout
 * @throws {CommandFailed} exit code other than 0, or the command cannot be started, or was killed
 */
export function run(command, args, { account, cwd, input, env, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...account,
      cwd,
      env: cleanEnvironment({ HOME: cwd, ...env }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-OUTPUT_KEPT_CHARACTERS);
    });
    const kill = () => {
      child.kill('SIGKILL');
      // Its own children may hold these open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new CommandFailed(command, error.code ?? 'not started', error.message));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else reject(new CommandFailed(command, code ?? signal, (output || stdout).trim()));
    });
    child.stdin.on('error', () => undefined).end(input ?? '');
  });
}

/**
 * Starts a command that outlives this process and its terminal, in its own session.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ account: Account, cwd: string, logFile: string }} options `logFile` takes its output
 * @returns {import('node:child_process').ChildProcess}
 */
export function startDetached(command, args, { account, cwd, logFile }) {
  const log = openSync(logFile, 'a', 0o600);
  try {
    if (account) fchownSync(log, account.uid, account.gid);
    const child = spawn(command, args, {
      ...account,
      cwd,
      env: cleanEnvironment({ HOME: cwd }),
      stdio: ['ignore', log, log],
      detached: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}
