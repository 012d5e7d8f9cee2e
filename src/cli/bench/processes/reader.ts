import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.js';
import type { Looks, Reading } from '../reading.js';
import { Rest } from '../rest.js';

/**
 * A process of its own that asks the app at a steady rate, whether it has answered the question before or
 * not; a time runs from when the question was due to the last byte of its answer.
 *
 * In: `{readings}`, once. Out: `{looks}`, the times in ms of each kind, or `{failed}`.
 */
const [port] = process.argv.slice(2);
if (!port) throw new Error('arguments: port');

/** Both sides have compiled their code after so many. */
const WARM_UP = 5;
const rest = new Rest(Number(port));

async function look(path: string): Promise<void> {
  const { status } = await rest.get(path);
  if (status !== 200) throw new Error(`${path} is answered with ${status}`);
}

async function read({ paths, perSecond, count }: Reading): Promise<number[]> {
  const pathOf = (index: number): string => paths[index % paths.length] ?? '';
  for (let index = 0; index < WARM_UP; index += 1) await look(pathOf(index));
  const beganMs = nowMs();
  const looks: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = beganMs + (index * 1_000) / perSecond;
    await delay(Math.max(0, dueMs - nowMs()));
    looks.push(look(pathOf(index)).then(() => nowMs() - dueMs));
  }
  return await Promise.all(looks);
}

async function looksOf(readings: readonly Reading[]): Promise<Looks> {
  const times = await Promise.all(readings.map(read));
  return Object.fromEntries(readings.map(({ kind }, index) => [kind, times[index] ?? []]));
}

process.on('message', ({ readings }: { readings: readonly Reading[] }) => {
  looksOf(readings).then(
    (looks) => process.send?.({ looks }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
