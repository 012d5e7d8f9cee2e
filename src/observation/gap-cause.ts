/** Why something may not have been observed; the words are part of the outside contract. */
export const GAP_CAUSES = [
  /** Redis did not answer this application. */
  'redis_unreachable',
  /** Redis, or somebody, ended the subscription alone. */
  'subscriber_kicked',
  /** The database took no commits. */
  'database_down',
  /** An operator paused the reading of the journal. */
  'consumer_paused',
  /** The process did not run: stopped, suspended, or busy for longer than it may be. */
  'process_asleep',
  /** No process of this application was there. */
  'not_running',
  /** Redis has no memory left for the journal. */
  'journal_full',
  /** Events without identity that nobody journaled when the ingest lease changed hands. */
  'lease_handover',
  /** More was published than ingest could hold. */
  'ingest_overload',
  /** Entries of the journal that somebody else deleted. */
  'journal_loss',
] as const;
export type GapCause = (typeof GAP_CAUSES)[number];
