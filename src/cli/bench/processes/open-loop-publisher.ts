import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.js';
import { Fleet, type FleetShape } from '../fleet.js';
import type { Ran, Span } from '../open-loop.js';
import { mulberry32 } from '../../mulberry32.js';
import { percentile } from '../report/figures.js';
import { StampedEvents } from '../stamped-events.js';
import { PublishSocket } from './publish-socket.js';

/**
 * A process of its own that publishes at a rate, whatever becomes of what it publishes: event n is due n
 * intervals after the first. One that could not be sent then is sent as soon as it can be, and how late it
 * was is told; what is due at the end and not sent yet never is.
 *
 * In: `{span}`. Out: `{ready}`, `{probe}` as one is sent, `{ran}` at the end of the span, `{deaf}`.
 */
const [host, port, channel, seed, shape, probeService] = process.argv.slice(2);
if (!host || !port || !channel || !seed || !shape || !probeService) {
  throw new Error('arguments: host, port, channel, seed, fleet, service of the probes');
}

const TICK_MS = 1;
/** So many at a time when it is late, so that it goes on reading Redis' answers. */
const MAX_EVENTS_PER_WRITE = 2_000;

const fleetShape = JSON.parse(shape) as FleetShape;
const instances = fleetShape.services * fleetShape.instancesPerService;
const events = new StampedEvents(channel, new Fleet(fleetShape, Number(seed)), instances);
const probeEvents = new StampedEvents(
  channel,
  new Fleet({ services: 1, instancesPerService: 1, name: probeService }, Number(seed)),
  1,
);
const random = mulberry32(Number(seed));
const socket = await PublishSocket.open(host, Number(port));
let probes = 0;

async function run({ perSecond, seconds, probesPerSecond }: Span): Promise<Ran> {
  const total = Math.round(perSecond * seconds);
  /** One event of so many is a probe, at a random place among them. */
  const slot = probesPerSecond === 0 ? Number.POSITIVE_INFINITY : perSecond / probesPerSecond;
  let nextProbe = probesPerSecond === 0 ? -1 : Math.floor(random() * slot);
  const lateMs: number[] = [];
  const beganMs = nowMs();
  const intendedMs = (event: number): number => beganMs + (event * 1_000) / perSecond;
  let sent = 0;
  while (sent < total && nowMs() < beganMs + seconds * 1_000) {
    const due = Math.min(total, Math.floor(((nowMs() - beganMs) * perSecond) / 1_000) + 1);
    const until = Math.min(due, sent + MAX_EVENTS_PER_WRITE);
    if (socket.isWritable && sent < until) {
      const timestamp = new Date().toISOString();
      lateMs.push(nowMs() - intendedMs(sent));
      const commands: Buffer[] = [];
      for (; sent < until; sent += 1) {
        const isProbe = sent === nextProbe;
        commands.push((isProbe ? probeEvents : events).command(timestamp));
        if (!isProbe) continue;
        probes += 1;
        process.send?.({ probe: { number: probes, intendedMs: intendedMs(sent) } });
        nextProbe = Math.floor((Math.floor(sent / slot) + 1 + random()) * slot);
      }
      socket.write(Buffer.concat(commands));
    }
    await (sent < due && socket.isWritable ? breathe() : delay(TICK_MS));
  }
  return { sent, due: total, lateP99Ms: percentile(lateMs, 0.99) };
}

process.on('message', ({ span }: { span: Span }) => {
  void run(span).then((ran) => process.send?.({ ran }));
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
