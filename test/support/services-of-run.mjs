// Plain JavaScript, because jest loads global set-up and tear-down without resolving `.js` to `.ts`.

export const LOCAL_INSTANCE = 'test';

export const MARKER_SCHEMA = 'health_monitor_test_marker';

export const SERVICES_VARIABLE = 'HEALTH_TEST_SERVICES';

const STARTED = Symbol.for('health-monitor.tests.started-services');

/** @param {boolean} hasStarted */
export function rememberStarted(hasStarted) {
  globalThis[STARTED] = hasStarted;
}

export const hasStartedServices = () => globalThis[STARTED] === true;
