/** Ends a transaction that is not to be committed; whoever throws it expects it. */
export class RolledBackError extends Error {
  override readonly name = 'RolledBackError';
}
