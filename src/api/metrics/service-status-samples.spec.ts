import { serviceStatusSamples, withSamples } from './service-status-samples.js';

describe('samples of the status of services', () => {
  it('hold one line per status, 1 for the one a service has', () => {
    expect(serviceStatusSamples('m', [['a', 'stale']]).split('\n')).toEqual([
      'm{service_name="a",status="healthy"} 0',
      'm{service_name="a",status="degraded"} 0',
      'm{service_name="a",status="unhealthy"} 0',
      'm{service_name="a",status="stale"} 1',
      'm{service_name="a",status="unknown"} 0',
      '',
    ]);
  });

  it('cannot be broken out of by a name', () => {
    const [line] = serviceStatusSamples('m', [['a"} 1\n\\', 'healthy']]).split('\n');
    expect(line).toBe('m{service_name="a\\"} 1\\n\\\\",status="healthy"} 1');
  });

  it('stand under the description of their metric', () => {
    const scrape = '# TYPE m_2 gauge\n\n# HELP m x\n# TYPE m gauge\n\n# TYPE n gauge\nn 1\n';
    expect(withSamples(scrape, 'm', 'm 1\n')).toBe(
      '# TYPE m_2 gauge\n\n# HELP m x\n# TYPE m gauge\nm 1\n\n# TYPE n gauge\nn 1\n',
    );
  });

  it('of a metric that is not described are left out', () => {
    expect(withSamples('# TYPE n gauge\n', 'm', 'm 1\n')).toBe('# TYPE n gauge\n');
  });
});
