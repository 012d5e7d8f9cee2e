import { connect } from 'node:net';
import { standardFleet } from './fleet.js';

/**
 * A process of its own that publishes as far as it is given credit. It writes commands prepared
 * beforehand to a plain socket, so that on a small machine the load costs as little as possible.
 *
 * In: `{credit}`, how many events may have been published in all. Out: `{ready}` once its events are
 * prepared, and `{deaf}` for an event that Redis did not take or nobody heard.
 */
const [host, port, channel, count, seed] = process.argv.slice(2);
if (!host || !port || !channel || !count || !seed) {
  throw new Error('arguments: host, port, channel, number of events, seed');
}

const CHUNK_EVENTS = 200;
const NEW_LINE = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const fleet = standardFleet(Number(seed));
const channelBytes = String(Buffer.byteLength(channel));
const commands: Buffer[] = [];
for (let left = Number(count); left > 0; left -= CHUNK_EVENTS) {
  const events = fleet.events(Math.min(CHUNK_EVENTS, left));
  commands.push(Buffer.from(events.map(({ json }) => publish(json)).join('')));
}

function publish(json: string): string {
  const bytes = String(Buffer.byteLength(json));
  return `*3\r\n$7\r\nPUBLISH\r\n$${channelBytes}\r\n${channel}\r\n$${bytes}\r\n${json}\r\n`;
}

let credit = 0;
let sent = 0;
let answered = 0;
let previous = 0;
let isWritable = true;
const socket = connect({ host, port: Number(port) });

function pump(): void {
  while (isWritable && sent + CHUNK_EVENTS <= credit) {
    const chunk = commands[sent / CHUNK_EVENTS];
    if (chunk === undefined) return;
    isWritable = socket.write(chunk);
    sent += CHUNK_EVENTS;
  }
}

/** One line per event: `:` and how many subscribers received it, or `-` and an error. */
function read(reply: Buffer): void {
  for (const byte of reply) {
    if (byte === NEW_LINE) answered += 1;
    else if ((byte === ZERO && previous === COLON) || byte === MINUS) {
      process.send?.({ deaf: answered });
    }
    previous = byte;
  }
}

socket.on('data', read);
socket.on('drain', () => {
  isWritable = true;
  pump();
});
socket.on('connect', () => process.send?.({ ready: true }));
process.on('message', (message: { credit: number }) => {
  credit = message.credit;
  pump();
});
process.on('disconnect', () => process.exit());
