import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.js';
import type { Looks, Reading } from '../reading.js';
import { Rest } from '../rest.js';

/**
 * A process of its own that asks the app at a steady rate, whether it has answered the question before or
 * not; a time runs from when the question was due to the last byte of its answer.
 *
 * In: `{readings}`, once. Out: `{looks}` or `{failed}`.
 */
const [port] = process.argv.slice(2);
if (!port) throw new Error('arguments: port');

/** Both sides have compiled their code after so many. */
const WARM_UP = 5;
const rest = new Rest(Number(port));

/** The product's word for: not within the time that an answer may take. */
const UNAVAILABLE = 503;

async function isRefused(path: string): Promise<boolean> {
  const { status } = await rest.get(path);
  if (status === UNAVAILABLE) return true;
  if (status !== 200) throw new Error(`${path} is answered with ${status}`);
  return false;
}

async function read({ kind, paths, perSecond, count }: Reading): Promise<Looks> {
  const pathOf = (index: number): string => paths[index % paths.length] ?? '';
  for (let index = 0; index < WARM_UP; index += 1) await isRefused(pathOf(index));
  let refused = 0;
  const beganMs = nowMs();
  const looks: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = beganMs + (index * 1_000) / perSecond;
    await delay(Math.max(0, dueMs - nowMs()));
    looks.push(
      isRefused(pathOf(index)).then((isOne) => {
        refused += isOne ? 1 : 0;
        return nowMs() - dueMs;
      }),
    );
  }
  const timesMs = await Promise.all(looks);
  return { kind, timesMs, refused };
}

process.on('message', ({ readings }: { readings: readonly Reading[] }) => {
  Promise.all(readings.map(read)).then(
    (looks) => process.send?.({ looks }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
