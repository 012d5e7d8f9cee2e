/** Entries asked for before anything is known of their size. */
const FIRST_COUNT = 16;
/** Small entries may be followed by large ones, of a megabyte each. */
const MAX_COUNT = 100;
/** Weight of the newest read in the running averages. */
const WEIGHT = 0.3;

/**
 * How many entries to ask for, so that a read brings about a batch: an entry may hold one event or
 * hundreds, of a few bytes or of a megabyte, and Redis counts entries only.
 */
export class ReadSize {
  private eventsPerEntry: number | null = null;
  private bytesPerEntry = 0;

  observe(entries: number, events: number, bytes: number): void {
    if (entries === 0) return;
    const weight = this.eventsPerEntry === null ? 1 : WEIGHT;
    this.eventsPerEntry = weight * (events / entries) + (1 - weight) * (this.eventsPerEntry ?? 0);
    // Large entries are believed at once, small ones slowly: memory is at stake.
    this.bytesPerEntry = Math.max(
      bytes / entries,
      weight * (bytes / entries) + (1 - weight) * this.bytesPerEntry,
    );
  }

  /** Entries that hold about this many events, and not more than this many bytes. */
  count(events: number, bytes: number): number {
    if (this.eventsPerEntry === null) return FIRST_COUNT;
    const byEvents = Math.ceil(events / Math.max(this.eventsPerEntry, 1));
    const byBytes = Math.floor(bytes / Math.max(this.bytesPerEntry, 1));
    return Math.max(1, Math.min(byEvents, byBytes, MAX_COUNT));
  }
}
