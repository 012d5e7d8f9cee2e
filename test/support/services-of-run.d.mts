/** What set-up, tear-down and tests agree on. */

/** Name of the private local instance; its data belongs to the tests alone. */
export const LOCAL_INSTANCE: string;

/** A database without this schema is not a test database, and no test touches it. */
export const MARKER_SCHEMA: string;

/** Environment variable in which the set-up leaves what the tests need to know. */
export const SERVICES_VARIABLE: string;

/** Notes whether this run started the services, and so has to stop them. */
export function rememberStarted(hasStarted: boolean): void;

export function hasStartedServices(): boolean;
