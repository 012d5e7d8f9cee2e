// Looks at a dashboard of all services at a steady rate, and prints how long each look took in ms and how many services it
// showed, as JSON. A process of its own, so that what the test's process does meanwhile counts as nobody's time.
import { setTimeout as pause } from 'node:timers/promises';

const [url, perSecond, looks] = process.argv.slice(2);
const showed = [];

async function look() {
  const beganMs = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  const ms = performance.now() - beganMs;
  showed.push({ ms, services: JSON.parse(text).services.length });
}

for (let index = 0; index < 5; index += 1) await look(); // both sides have compiled their code by then
showed.length = 0;
const startedMs = performance.now();
const looking = [];
for (let index = 0; index < Number(looks); index += 1) {
  const aheadMs = (index * 1_000) / Number(perSecond) - (performance.now() - startedMs);
  if (aheadMs > 0) await pause(aheadMs);
  looking.push(look());
}
await Promise.all(looking);
process.stdout.write(JSON.stringify(showed));
