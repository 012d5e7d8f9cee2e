import { type ServiceStatus, worstOf } from './service-truth.js';
import type { Shown } from './shown.js';

describe('the status of a service', () => {
  it.each<[readonly Shown[], ServiceStatus, number?]>([
    [[], 'unknown'],
    [[], 'unknown', 2],
    [['left'], 'degraded', 1],
    [['healthy', 'left'], 'degraded', 2],
    [['healthy', 'healthy'], 'healthy', 2],
    [['unhealthy'], 'unhealthy', 2],
    [['stale'], 'stale', 2],
    [['left'], 'unknown'],
    [['healthy', 'left'], 'healthy'],
    [['healthy', 'unknown'], 'unknown'],
    [['unknown', 'degraded'], 'degraded'],
    [['healthy', 'stale'], 'degraded'],
    [['unknown', 'stale'], 'degraded'],
    [['stale', 'stale', 'left'], 'stale'],
    [['stale', 'unhealthy'], 'unhealthy'],
  ])('of %j is %s', (instances, wanted, expected = 0) => {
    expect(worstOf(instances, expected)).toBe(wanted);
  });
});
