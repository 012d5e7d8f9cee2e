import { durationsOf } from './uptime.js';

describe('how long a service was what', () => {
  const steps = [
    { fromUs: 10, status: 'healthy' },
    { fromUs: 30, status: 'stale' },
    { fromUs: 60, status: 'degraded' },
  ] as const;
  const none = { healthy: 0, degraded: 0, unhealthy: 0, stale: 0, unknown: 0, unobserved: 0 };

  it.each([
    ['unknown before the first step', 0, 40, [], { ...none, unknown: 10, healthy: 20, stale: 10 }],
    ['as it was before the window', 35, 40, [], { ...none, stale: 5 }],
    [
      'without what falls into gaps',
      0,
      70,
      [
        [5, 20],
        [65, 90],
      ],
      { ...none, unknown: 5, unobserved: 20, healthy: 10, stale: 30, degraded: 5 },
    ],
    ['nothing in no time', 40, 40, [], none],
  ] as const)('%s', (_, from, to, gaps, wanted) => {
    const rules = { gaps: gaps.map(([fromUs, toUs]) => ({ fromUs, toUs })) };
    expect(durationsOf(steps, rules, from, to)).toEqual(wanted);
  });
});
