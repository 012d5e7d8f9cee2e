import { dockerCompose } from './docker-compose.mjs';
import { dockerAnswers, PATIENT_TIMEOUT_MS } from './docker-engine.mjs';
import { isPlatform, requirePlatform } from './host.mjs';
import { say } from './progress.mjs';
import { Refusal } from './refusal.mjs';
import { unpackedPackages } from './unpacked-packages.mjs';

/**
 * Who can provide the services on a host. A provider has `up`, `down`, `status`, `destroy` (each
 * takes an instance's name) and `destroyAll`.
 * @typedef {typeof dockerCompose | typeof unpackedPackages} Provider
 */

/** Values of HEALTH_SERVICES; empty or not set leaves the choice to what is found. */
const CHOICES = ['docker', 'debian'];

/** @returns {string | null} @throws {Refusal} a value that means nothing */
function choice() {
  const wanted = process.env.HEALTH_SERVICES?.trim() || null;
  if (wanted === null || CHOICES.includes(wanted)) return wanted;
  throw new Refusal(`HEALTH_SERVICES must be ${CHOICES.join(' or ')}, it is "${wanted}".`);
}

/** @throws {Refusal} */
async function requireDocker() {
  if (await dockerAnswers(PATIENT_TIMEOUT_MS)) return;
  throw new Refusal(
    'HEALTH_SERVICES is docker, but no Docker engine answers `docker version` and ' +
      '`docker compose version`: start the engine, or install its compose plugin.',
  );
}

/**
 * Whether Docker is to provide an instance where nobody has decided: not where packages hold its
 * data already.
 * @param {string} name
 */
async function isForDocker(name) {
  if (isPlatform() && (await unpackedPackages.hasData(name))) return false;
  if (!(await dockerCompose.hasData(name))) return dockerAnswers();
  if (await dockerAnswers(PATIENT_TIMEOUT_MS)) return true;
  say(`Docker, which has the data of ${name}, does not answer: looking for another way`);
  return false;
}

/**
 * The provider of an instance: the one that HEALTH_SERVICES names; else unpacked packages if they
 * hold its data already; else Docker if it answers; else unpacked packages.
 * @param {string} name of the instance
 * @returns {Promise<Provider>}
 * @throws {Refusal} this host has none
 */
export async function providerOf(name) {
  const wanted = choice();
  if (wanted === 'docker') await requireDocker();
  if (wanted === 'docker' || (wanted === null && (await isForDocker(name)))) return dockerCompose;
  await requirePlatform();
  return unpackedPackages;
}

/**
 * Every provider that may have instances here.
 * @returns {Promise<Provider[]>}
 * @throws {Refusal} this host has none
 */
export async function allProviders() {
  const wanted = choice();
  if (wanted !== null) return [await providerOf('')];
  const hasDocker = await dockerAnswers();
  if (!hasDocker) await requirePlatform();
  return [...(hasDocker ? [dockerCompose] : []), ...(isPlatform() ? [unpackedPackages] : [])];
}
