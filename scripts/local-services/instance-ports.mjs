import { choosePort } from './ports.mjs';
import { writeState } from './state.mjs';

/** @typedef {import('./state.mjs').State} State */

/** Only the operator's own instance takes the ports everybody knows. */
const USUAL_PORTS = { dev: { postgres: 5432, redis: 6379 } };
const NO_USUAL_PORTS = { postgres: null, redis: null };

/**
 * Chooses ports for the services that are to be started, and remembers them.
 * @param {import('./folders.mjs').Place} place
 * @param {State} state its ports are brought up to date
 * @param {{ postgres: boolean, redis: boolean }} needed whose ports are to be chosen
 * @throws {import('./refusal.mjs').Refusal} no free port
 */
export async function choosePorts(place, state, needed) {
  const usual = USUAL_PORTS[place.name] ?? NO_USUAL_PORTS;
  for (const [one, other] of [
    ['postgres', 'redis'],
    ['redis', 'postgres'],
  ]) {
    if (!needed[one]) continue;
    state[one].port = await choosePort({
      remembered: state[one].port,
      usual: usual[one],
      taken: [state[other].port],
    });
  }
  await writeState(place, state);
}
