/** The database did not answer in time, or refused the connection. Callers try again later. */
export class DatabaseUnavailableError extends Error {
  override readonly name: string = 'DatabaseUnavailableError';
}
