import { down } from '../../scripts/local-services/index.mjs';
import { hasStartedServices, LOCAL_INSTANCE } from './services-of-run.mjs';

/** Stops what the run started; services that were running before go on running. */
export default async function globalTeardown(): Promise<void> {
  if (hasStartedServices()) await down({ name: LOCAL_INSTANCE });
}
