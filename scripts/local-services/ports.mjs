import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { waitFor } from './processes.mjs';
import { Refusal } from './refusal.mjs';

const LOOPBACK = '127.0.0.1';
const FIRST_PORT = 15000;
const DEFAULT_EPHEMERAL_START = 32768;
const ATTEMPTS = 100;

/** A service that was just killed may hold its port for a moment. */
const RELEASE_TIMEOUT_MS = 2000;

/**
 * @param {number} port
 * @param {string} [host] the address to listen on
 * @returns {Promise<boolean>} whether we could
 */
export function isPortFree(port, host = LOOPBACK) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}

/**
 * The port for a service that is not running: the one it had, else the usual one, else any.
 * @param {object} wish
 * @param {number | null} wish.remembered
 * @param {number | null} wish.usual null = do not try it
 * @param {readonly number[]} wish.taken ports promised to others of this instance
 * @throws {Refusal} no free port
 */
export async function choosePort({ remembered, usual, taken }) {
  const isUsable = async (port) => !taken.includes(port) && (await isPortFree(port));
  if (remembered !== null && (await waitFor(() => isUsable(remembered), RELEASE_TIMEOUT_MS))) {
    return remembered;
  }
  if (usual !== null && (await isUsable(usual))) return usual;
  const end = await firstEphemeralPort();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, end);
    if (await isUsable(port)) return port;
  }
  throw new Refusal(`No free port on ${LOOPBACK} between ${FIRST_PORT} and ${end}: free some.`);
}

/**
 * Ports from here on are given to outgoing connections: one that retries against a stopped service
 * on such a port can end up connected to itself and keep the port from it.
 */
async function firstEphemeralPort() {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const start = Number.parseInt(range, 10);
  return start > FIRST_PORT + ATTEMPTS ? start : DEFAULT_EPHEMERAL_START;
}
