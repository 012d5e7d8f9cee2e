import type { Micros } from '../../../events/health-event.js';
import { Random } from '../../random.js';
import { Heap } from './heap.js';
import { type Report, reportsOf } from './reports.js';
import type { SimulatedService } from './service.js';
import type { Spell } from './spell.js';
import { MILLISECOND, MINUTE, SECOND } from './time.js';
import type { World } from './world.js';

const LATE_SHARE = 0.01;
const LATE_FROM: Micros = SECOND;
const LATE_TO: Micros = 10 * MINUTE;
const DUPLICATE_SHARE = 0.01;
const DUPLICATE_FROM: Micros = 50 * MILLISECOND;
const DUPLICATE_TO: Micros = 30 * SECOND;
const LATENCY_FROM: Micros = 200;
const LATENCY_TO: Micros = 4 * MILLISECOND;
/** Publishers' clocks are wrong by so much at the most, each by its own. */
const SKEW: Micros = 30 * SECOND;

/** A report on its arrival at Redis. */
export interface Delivery {
  readonly service: SimulatedService;
  readonly report: Report;
  /** Of the report: a repetition has the same. */
  readonly number: number;
  readonly deliveredUs: Micros;
  /** When the publisher says it was sent, by its own clock, in whole milliseconds. */
  readonly timestampMs: number;
}

type Cue =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'sending'; readonly sender: Sender };

interface Sender {
  readonly service: SimulatedService;
  readonly skewUs: Micros;
  readonly reports: Generator<Report, void, undefined>;
  readonly random: Random;
  next: Report | undefined;
}

/**
 * All that arrives at Redis, in the order of arrival, made as it is asked for. What is late waits in
 * its process, and so does what is sent again: neither outlives it.
 */
export function* deliveriesOf(world: World): Generator<Delivery, void, undefined> {
  const cues = new Heap<Cue>();
  const services = new Map(world.services.map((service) => [service.name, service]));
  for (const spell of world.spells) {
    const sender = senderOf(spell, services.get(spell.serviceName), world.options.seed);
    if (sender.next !== undefined) cues.push(sender.next.sentUs, { kind: 'sending', sender });
  }
  let number = 0;
  for (let cue = cues.pop(); cue !== undefined; cue = cues.pop()) {
    if (cue.kind === 'delivery') {
      if (cue.delivery.deliveredUs < world.endUs) yield cue.delivery;
      continue;
    }
    const { sender } = cue;
    const report = sender.next;
    if (report === undefined) continue;
    number += 1;
    for (const delivery of deliveriesOfReport(report, sender, number)) {
      cues.push(delivery.deliveredUs, { kind: 'delivery', delivery });
    }
    sender.next = nextOf(sender.reports);
    if (sender.next !== undefined) cues.push(sender.next.sentUs, cue);
  }
}

function senderOf(spell: Spell, service: SimulatedService | undefined, seed: number): Sender {
  if (service === undefined) throw new Error(`no service is called ${spell.serviceName}`);
  const instance = `${spell.serviceName}/${spell.instanceId}`;
  const random = new Random(seed, `${instance} from ${String(spell.fromUs)}`);
  const reports = reportsOf(spell, service, random);
  const skewUs = new Random(seed, `${instance} clock`).between(-SKEW, SKEW);
  return { service, skewUs, reports, random, next: nextOf(reports) };
}

const nextOf = (reports: Generator<Report, void, undefined>): Report | undefined => {
  const step = reports.next();
  return step.done === true ? undefined : step.value;
};

function deliveriesOfReport(report: Report, sender: Sender, number: number): Delivery[] {
  const { service, skewUs, random } = sender;
  const { sentUs, spell } = report;
  const isLastWord = report.condition === 'leaving';
  const at = (deliveredUs: Micros): Delivery => ({
    service,
    report,
    number,
    deliveredUs: Math.round(deliveredUs),
    timestampMs: Math.floor((sentUs + skewUs) / MILLISECOND),
  });
  const isLate = random.between(0, 1) < LATE_SHARE && !isLastWord;
  const first = at(
    sentUs +
      (isLate ? random.between(LATE_FROM, LATE_TO) : random.between(LATENCY_FROM, LATENCY_TO)),
  );
  if (isLate && first.deliveredUs >= spell.toUs) return [];
  if (random.between(0, 1) >= DUPLICATE_SHARE) return [first];
  const second = at(first.deliveredUs + random.between(DUPLICATE_FROM, DUPLICATE_TO));
  return second.deliveredUs < spell.toUs ? [first, second] : [first];
}
