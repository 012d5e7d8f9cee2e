/** The terminal sends one Ctrl-C to npm and to us, and npm hands it on: that counts once. */
const SAME_SIGNAL_MS = 1000;
const EXIT_INTERRUPTED_TWICE = 130;

/**
 * Turns the first Ctrl-C (or SIGTERM, or a closed terminal) into an abort, so that what was started
 * can be stopped in order; a second one ends the process at once.
 * @param {() => void} onFirst
 * @returns {AbortSignal}
 */
export function abortOnSignals(onFirst) {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!controller.signal.aborted) {
        firstAtMs = Date.now();
        onFirst();
        controller.abort();
      } else if (Date.now() - firstAtMs > SAME_SIGNAL_MS) {
        process.exit(EXIT_INTERRUPTED_TWICE);
      }
    });
  }
  return controller.signal;
}
