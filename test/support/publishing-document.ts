import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeBlocksOf } from './code-blocks.js';
import type { Scope } from './scope.js';
import { testServices } from './services.js';

/** The two users of Redis that the document makes. */
export type PublisherRole = 'publisher' | 'appender';

export const PUBLISHING = codeBlocksOf('docs/publishing.md');

const run = promisify(execFile);
const userOf = (scope: Scope, role: PublisherRole): string => `test-${scope.id}-${role}`;

/** The code of the one block with this text in it. */
export function documentedCode(text: string): string {
  const found = PUBLISHING.filter(({ code }) => code.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of the document show ${text}`);
  return found[0]?.code ?? '';
}

/** Documented code with a scope's names in it. */
export function inScope(scope: Scope, code: string): string {
  return code
    .replaceAll('health:events', scope.channel)
    .replaceAll('health:journal', scope.journal)
    .replaceAll(/\bhealth-(publisher|appender)\b/g, (_, role: PublisherRole) =>
      userOf(scope, role),
    );
}

/** Runs a documented block of shell commands with the rights of an operator; returns its output. */
export async function runByHand(scope: Scope, code: string): Promise<string> {
  const { stdout } = await run('sh', ['-euc', inScope(scope, code)], {
    env: { PATH: pathWithRedisCli(), REDIS_URL: testServices().redisUrl },
  });
  return stdout;
}

/** PATH with the tests' redis-cli on it. */
export const pathWithRedisCli = (): string =>
  [path.dirname(testServices().redisCli), process.env['PATH']].join(path.delimiter);

/** Redis as a documented user reaches it, on another port of loopback where one is given. */
export function redisUrlFor(scope: Scope, role: PublisherRole, port?: number): string {
  const url = new URL(testServices().redisUrl);
  url.username = userOf(scope, role);
  url.password = 'change-me';
  if (port !== undefined) url.host = `127.0.0.1:${port}`;
  return url.href;
}

/** Makes the documented users, as the document says. */
export async function makeUsers(scope: Scope): Promise<void> {
  const output = await runByHand(scope, documentedCode('ACL SETUSER health-publisher'));
  if (output !== 'OK\nOK\n') throw new Error(`the users cannot be made: ${output}`);
}

export async function deleteUsers(scope: Scope): Promise<void> {
  await scope.redis.call('ACL', 'DELUSER', userOf(scope, 'publisher'), userOf(scope, 'appender'));
}
