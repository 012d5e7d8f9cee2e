import { statusOf } from '../../events/status-vocabulary.js';
import { CATALOGUE, type Condition, servicesThatNeed, SHARED_DEPENDENCIES } from './catalogue.js';

const MEANING: Readonly<Record<Condition, string>> = {
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  starting: 'unknown',
  stopping: 'left',
};

describe('the catalogue', () => {
  it('has 20 services, each with a name of its own', () => {
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(20);
  });

  it('has dependencies that take two services with them', () => {
    expect(SHARED_DEPENDENCIES.length).toBeGreaterThan(5);
    for (const dependency of SHARED_DEPENDENCIES) {
      expect(servicesThatNeed(dependency)).toHaveLength(2);
    }
  });

  it('speaks only words that are understood as they are meant', () => {
    for (const { dialect } of CATALOGUE) {
      for (const condition of Object.keys(MEANING) as Condition[]) {
        expect(statusOf(dialect[condition])).toBe(MEANING[condition]);
      }
    }
  });

  it('has services of every envelope, dialect and way to name instances', () => {
    expect(new Set(CATALOGUE.map(({ envelope }) => envelope)).size).toBe(3);
    expect(new Set(CATALOGUE.map(({ dialect }) => dialect)).size).toBe(3);
    expect(new Set(CATALOGUE.map(({ naming }) => naming)).size).toBe(2);
  });
});
