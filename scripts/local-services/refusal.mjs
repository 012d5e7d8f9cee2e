/**
 * The host cannot do what was asked. The message is one sentence for people that names what is
 * missing and what to do; the commands print it without a stack trace and exit 1.
 */
export class Refusal extends Error {
  name = 'Refusal';
}

/** What every refusal can offer instead. */
export const USE_YOUR_OWN = 'or set DATABASE_URL and REDIS_URL to your own services';

const KNOWN_CAUSES = [
  {
    pattern: /ENOSPC|No space left on device/,
    explain: (where) => `The disk is full: free some space for ${where}, ${USE_YOUR_OWN}.`,
  },
  {
    pattern: /EDQUOT|Disk quota exceeded/,
    explain: (where) => `The disk quota is used up: free some space for ${where}, ${USE_YOUR_OWN}.`,
  },
  {
    pattern: /EROFS|Read-only file system/,
    explain: (where) =>
      `${where} is on a read-only file system: make it writable, ${USE_YOUR_OWN}.`,
  },
  {
    pattern: /EACCES|EPERM|Permission denied/,
    explain: (where) =>
      `This account may not use ${where}: run as the account that owns it, ${USE_YOUR_OWN}.`,
  },
];

/**
 * Turns the failures that every host can have (disk full, no permission) into a sentence.
 * @param {unknown} error anything thrown
 * @param {string} where the folder that was being worked in
 * @returns {unknown} a Refusal where the cause is known, else the error itself
 */
export function explainFailure(error, where) {
  if (!(error instanceof Error) || error.name === 'Refusal') return error;
  const text = `${error.code ?? ''} ${error.message}`;
  const cause = KNOWN_CAUSES.find(({ pattern }) => pattern.test(text));
  return cause ? new Refusal(cause.explain(where), { cause: error }) : error;
}
