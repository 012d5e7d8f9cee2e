/**
 * The image's health check: exit 0 if the app in this container is alive, 1 if not. Asks the liveness
 * probe, which knows no dependency: a database outage is no reason to replace a container.
 */
const TIMEOUT_MS = 4000;

const url = `http://127.0.0.1:${process.env.PORT || 8100}/health/live`;
const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
process.exit(response?.ok ? 0 : 1);
