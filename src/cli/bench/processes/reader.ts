import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.js';
import type { Looks, Reading } from '../reading.js';
import { Rest } from '../rest.js';

/**
 * A process of its own that asks the app at a steady rate, whether it has answered the question before or
 * not; a time runs from when the question was due to the last byte of its answer.
 *
 * Out: `{looks}`, the times in ms of each kind, or `{failed}`.
 */
const [port, text] = process.argv.slice(2);
if (!port || !text) throw new Error('arguments: port, readings');

const readings = JSON.parse(text) as readonly Reading[];
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

try {
  const times = await Promise.all(readings.map(read));
  const looks: Looks = Object.fromEntries(
    readings.map(({ kind }, index) => [kind, times[index] ?? []]),
  );
  process.send?.({ looks });
} catch (error) {
  process.send?.({ failed: String(error) });
}
rest.close();
process.disconnect();
