import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { testServices } from './services.js';

/**
 * Publishes with the real redis-cli: one process, one PUBLISH per line of its standard input.
 * Rejects unless every reply is a number of receivers of at least one.
 */
export async function publishWithRedisCli(
  channel: string,
  messages: readonly string[],
): Promise<void> {
  const { redisCli, redisUrl } = testServices();
  const child = spawn(redisCli, ['-u', redisUrl], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exit = once(child, 'close');
  const [output, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    pipeline(Readable.from(lines(channel, messages)), child.stdin),
  ]);
  await exit;
  const replies = output.split('\n').filter((line) => line !== '');
  const refused = replies.find((reply) => !/^[1-9]\d*$/.test(reply));
  if (child.exitCode !== 0 || refused !== undefined || replies.length !== messages.length) {
    throw new Error(
      `redis-cli: ${replies.length} replies to ${messages.length} messages; ${refused ?? errors}`,
    );
  }
}

function* lines(channel: string, messages: readonly string[]): Generator<string> {
  for (const message of messages) yield `PUBLISH ${quoted(channel)} ${quoted(message)}\n`;
}

/** An argument in double quotes, as redis-cli reads it. */
function quoted(argument: string): string {
  const escaped = argument
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
