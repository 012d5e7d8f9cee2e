/**
 * Names of all Redis keys of one journal. They share one hash tag, so that Redis Cluster keeps them
 * together and two deployments never meet.
 */
export interface JournalKeys {
  /** The stream. */
  readonly journal: string;
  /** Who may journal events without identity. */
  readonly lease: string;
  /** Time of the newest event appended. */
  readonly clock: string;
  /** Present while an operator has paused a group. */
  paused(group: string): string;
  /** What became of the entries that a group has read. */
  accounts(group: string): string;
  /** How often events were tried that a group has met several times. */
  attempts(group: string): string;
  /** The newest append of one writer. */
  applied(writer: string): string;
  /** Number of the newest set of identities; with a number behind, that set: those of 20 seconds. */
  readonly dedup: string;
  /** How often these bytes, without identity, have been journaled of late. */
  copies(hash: string): string;
}

export function journalKeys(journal: string): JournalKeys {
  const hasTag = /\{[^{}]+\}/.test(journal);
  const prefix = hasTag ? journal : `{${journal}}`;
  return {
    journal,
    lease: `${prefix}:ingest-lease`,
    clock: `${prefix}:clock`,
    dedup: `${prefix}:dedup:`,
    paused: (group) => `${prefix}:paused:${group}`,
    accounts: (group) => `${prefix}:accounts:${group}`,
    attempts: (group) => `${prefix}:attempts:${group}`,
    applied: (writer) => `${prefix}:applied:${writer}`,
    copies: (hash) => `${prefix}:copies:${hash}`,
  };
}
