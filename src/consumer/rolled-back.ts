/** Ends a transaction that is not to be committed. */
export class RolledBackError extends Error {
  override readonly name = 'RolledBackError';
}
