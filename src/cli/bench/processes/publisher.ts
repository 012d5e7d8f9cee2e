import { Fleet, type FleetShape } from '../fleet.js';
import { publishCommand } from '../stamped-events.js';
import { PublishSocket } from './publish-socket.js';

/**
 * A process of its own that publishes as far as it is given credit, of commands prepared beforehand.
 *
 * In: `{credit}`, how many events may have been published in all. Out: `{ready}` once its events are
 * prepared, and `{deaf}`.
 */
const [host, port, channel, count, seed, shape] = process.argv.slice(2);
if (!host || !port || !channel || !count || !seed || !shape) {
  throw new Error('arguments: host, port, channel, number of events, seed, fleet');
}

const CHUNK_EVENTS = 200;
const fleet = new Fleet(JSON.parse(shape) as FleetShape, Number(seed));
const commands: Buffer[] = [];
for (let left = Number(count); left > 0; left -= CHUNK_EVENTS) {
  const events = fleet.events(Math.min(CHUNK_EVENTS, left));
  commands.push(Buffer.from(events.map(({ json }) => publishCommand(channel, json)).join('')));
}

let credit = 0;
let sent = 0;
const socket = await PublishSocket.open(host, Number(port));

function pump(): void {
  while (socket.isWritable && sent + CHUNK_EVENTS <= credit) {
    const chunk = commands[sent / CHUNK_EVENTS];
    if (chunk === undefined) return;
    socket.write(chunk);
    sent += CHUNK_EVENTS;
  }
}

socket.onDrain(pump);
process.on('message', (message: { credit: number }) => {
  credit = message.credit;
  pump();
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
