import type { Micros } from '../events/health-event.js';
import { GAP_CAUSES, type GapCause } from './gap-cause.js';

/**
 * Our own event through the whole path: published on a channel that services use, received by the
 * instance that published it, journaled, committed. It proves that everything which that instance
 * received from `sinceUs` to `publishedUs` came through.
 */
export interface SyntheticHeartbeat {
  readonly kind: 'heartbeat';
  /** Random, of one start of one instance: nobody else can make a heartbeat that it takes for its own. */
  readonly bootId: string;
  readonly sequence: number;
  /** When Redis published it. */
  readonly publishedUs: Micros;
  /** Since when its instance has heard and kept everything. */
  readonly sinceUs: Micros;
  /** Why that begins there. */
  readonly cause: GapCause;
  /** How many events were lost before `sinceUs`; null: not known. */
  readonly lostCount: number | null;
}

/** Says that events were lost although everybody was there; goes straight to the journal. */
export interface SyntheticLoss {
  readonly kind: 'loss';
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly cause: GapCause;
  readonly lostCount: number;
}

export type SyntheticMessage = SyntheticHeartbeat | SyntheticLoss;

/** Every synthetic message begins with these bytes. No health event does: it has no service_name. */
const MARK = '{"health_monitor":';
const MARK_BYTES = Buffer.from(MARK);
const MAX_BYTES = 512;
/** Stands in the journal where others have their channel, with what came by none. */
export const OWN_SOURCE = 'health-monitor';

/** A heartbeat's text without its two times, which only Redis knows: see {@link heartbeatParts}. */
export type UnsentHeartbeat = Omit<SyntheticHeartbeat, 'kind' | 'publishedUs' | 'sinceUs'>;

/** The text before `publishedUs`, between it and `sinceUs`, and after that. */
export function heartbeatParts(heartbeat: UnsentHeartbeat): readonly [string, string, string] {
  const rest = JSON.stringify({ kind: 'heartbeat', ...heartbeat });
  return [`${MARK}{"publishedUs":`, ',"sinceUs":', `,${rest.slice(1)}}`];
}

export const lossText = (loss: SyntheticLoss): string => `${MARK}${JSON.stringify(loss)}}`;

/** As the journal holds it: what says of a loss that it came by a channel was made up by somebody. */
export function readJournaled(source: string, raw: Buffer): SyntheticMessage | null {
  const message = readSynthetic(raw);
  return message?.kind === 'loss' && source !== OWN_SOURCE ? null : message;
}

/** Null for all that services publish; costs a comparison of one byte for most of it. */
export function readSynthetic(raw: Buffer): SyntheticMessage | null {
  if (raw[2] !== MARK_BYTES[2] || raw.length < MARK_BYTES.length || raw.length > MAX_BYTES) {
    return null;
  }
  if (raw.compare(MARK_BYTES, 0, MARK_BYTES.length, 0, MARK_BYTES.length) !== 0) return null;
  try {
    return messageIn(
      (JSON.parse(raw.toString('utf8')) as { health_monitor: unknown }).health_monitor,
    );
  } catch {
    return null;
  }
}

function messageIn(content: unknown): SyntheticMessage | null {
  if (typeof content !== 'object' || content === null) return null;
  const field = (name: string): unknown => Reflect.get(content, name);
  const [kind, cause, lostCount] = [field('kind'), field('cause'), field('lostCount')];
  if (!isCause(cause) || !(lostCount === null || isWhole(lostCount))) return null;
  if (kind === 'heartbeat') {
    const [bootId, sequence] = [field('bootId'), field('sequence')];
    const [publishedUs, sinceUs] = [field('publishedUs'), field('sinceUs')];
    return typeof bootId === 'string' &&
      isWhole(sequence) &&
      isWhole(publishedUs) &&
      isWhole(sinceUs) &&
      sinceUs <= publishedUs
      ? { kind, bootId, sequence, publishedUs, sinceUs, cause, lostCount }
      : null;
  }
  const [fromUs, toUs] = [field('fromUs'), field('toUs')];
  return kind === 'loss' && isWhole(fromUs) && isWhole(toUs) && fromUs < toUs && lostCount !== null
    ? { kind, fromUs, toUs, cause, lostCount }
    : null;
}

const isCause = (value: unknown): value is GapCause => GAP_CAUSES.some((cause) => cause === value);

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
