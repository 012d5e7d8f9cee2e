/** What an instance of the demo can be in. How it says so is its service's {@link Dialect}. */
export type Condition = 'healthy' | 'degraded' | 'unhealthy' | 'starting' | 'stopping';

/** The words of a publisher for what its instances are in; all are in the contract's vocabulary. */
export type Dialect = Readonly<Record<Condition, string>>;

const PLAIN: Dialect = {
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  starting: 'starting',
  stopping: 'stopping',
};
/** As Spring Boot's actuator has it, more or less. */
const ACTUATOR: Dialect = {
  healthy: 'UP',
  degraded: 'WARN',
  unhealthy: 'DOWN',
  starting: 'UNKNOWN',
  stopping: 'SHUTTING_DOWN',
};
/** As the draft health+json has it. */
const HEALTH_JSON: Dialect = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  starting: 'starting',
  stopping: 'draining',
};

/** How an event is wrapped: not at all, as CloudEvents 1.0, or as Nest's `emit` does. */
export type Envelope = 'plain' | 'cloudevents' | 'nest';

/**
 * `pods` get a new name with every restart, as those of a Kubernetes deployment do; `ordinals` keep
 * theirs, as in a stateful set.
 */
export type Naming = 'pods' | 'ordinals';

export interface Service {
  readonly name: string;
  /** That the demo begins with. */
  readonly version: string;
  /** On a usual day, at a usual hour. */
  readonly latencyMs: number;
  /** Of one instance, likewise. */
  readonly requestsPerSecond: number;
  /** What its instances check with every report. */
  readonly dependencies: readonly string[];
  readonly naming: Naming;
  readonly envelope: Envelope;
  readonly dialect: Dialect;
}

const service = (
  name: string,
  version: string,
  latencyMs: number,
  requestsPerSecond: number,
  dependencies: readonly string[],
  how: Partial<Pick<Service, 'naming' | 'envelope' | 'dialect'>> = {},
): Service => ({
  name,
  version,
  latencyMs,
  requestsPerSecond,
  dependencies,
  naming: 'pods',
  envelope: 'plain',
  dialect: PLAIN,
  ...how,
});

export const INSTANCES_PER_SERVICE = 3;

/** A shop, as far as its health is concerned. */
export const CATALOGUE: readonly Service[] = [
  service('web-storefront', '5.21.0', 62, 140, ['edge-cache']),
  service('api-gateway', '3.4.2', 9, 420, ['edge-cache'], { dialect: HEALTH_JSON }),
  service('accounts', '2.8.1', 24, 60, ['accounts-db'], { dialect: ACTUATOR }),
  service('login', '4.0.6', 88, 22, ['accounts-db']),
  service('catalog', '7.13.0', 31, 180, ['catalog-db']),
  service('search', '2.30.4', 46, 95, ['search-index'], { naming: 'ordinals' }),
  service('recommendations', '1.17.3', 71, 80, ['search-index']),
  service('pricing', '3.9.0', 12, 210, ['catalog-db'], { dialect: ACTUATOR }),
  service('cart', '6.2.5', 14, 75, ['cart-store'], { naming: 'ordinals' }),
  service('checkout', '4.11.2', 120, 18, ['orders-db', 'cart-store']),
  service('payments', '9.1.0', 240, 14, ['card-network'], { envelope: 'cloudevents' }),
  service('fraud-check', '2.5.8', 155, 14, ['card-network'], { envelope: 'cloudevents' }),
  service('orders', '5.6.1', 37, 30, ['orders-db']),
  service('inventory', '3.3.7', 28, 64, ['stock-db'], { dialect: ACTUATOR, naming: 'ordinals' }),
  service('shipping', '2.1.4', 310, 6, ['carrier-api']),
  service('returns', '1.8.0', 54, 3, ['carrier-api']),
  service('warehouse-sync', '1.12.9', 480, 2, ['stock-db'], { naming: 'ordinals' }),
  service('notifications', '3.0.3', 19, 42, ['mail-relay'], { envelope: 'nest' }),
  service('newsletter', '1.4.2', 205, 5, ['mail-relay'], { envelope: 'nest' }),
  service('invoicing', '2.2.0', 165, 8, ['document-store'], { dialect: HEALTH_JSON }),
];

export const servicesThatNeed = (dependency: string): readonly Service[] =>
  CATALOGUE.filter(({ dependencies }) => dependencies.includes(dependency));

/** Those that take several services with them when they fail. */
export const SHARED_DEPENDENCIES: readonly string[] = [
  ...new Set(CATALOGUE.flatMap(({ dependencies }) => dependencies)),
].filter((dependency) => servicesThatNeed(dependency).length > 1);
