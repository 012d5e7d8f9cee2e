import type { Micros } from '../../../events/health-event.js';
import type { Heard, InstanceLedger } from './ledger.js';

/** That an instance was taken out, as the monitor recorded it. */
export interface Removal {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly reason: string;
  readonly removedUs: Micros;
  /** What was received later belongs to another life. */
  readonly throughUs: Micros;
}

/** What was heard of an instance from one removal to the next; at least one report. */
export interface Life {
  readonly ledger: InstanceLedger;
  /** In the order of reception. */
  readonly heard: readonly [Heard, ...Heard[]];
  /** Null where it goes on. */
  readonly removal: Removal | null;
}

/** The lives of an instance, one after the other. `removals`: those of this instance. */
export function livesOf(ledger: InstanceLedger, removals: readonly Removal[]): Life[] {
  const ends = [...removals].sort((a, b) => a.throughUs - b.throughUs);
  const lives: Life[] = [];
  let rest = ledger.heard;
  for (const removal of [...ends, null]) {
    const throughUs = removal?.throughUs ?? Infinity;
    const [first, ...others] = rest.filter(({ receivedUs }) => receivedUs <= throughUs);
    rest = rest.filter(({ receivedUs }) => receivedUs > throughUs);
    if (first !== undefined) lives.push({ ledger, heard: [first, ...others], removal });
  }
  return lives;
}
