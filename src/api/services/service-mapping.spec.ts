import type { ServiceRecord } from '../../status/status-read-model.js';
import { serviceDetails } from './service-mapping.js';

const service: ServiceRecord = {
  service_name: 'a',
  current_status: 'healthy',
  status_since: 0,
  last_seen: 1,
  last_occurred_at: null,
  due_at: null,
  message_count: 3,
  instance_count: 1,
  response_time_ms: null,
  message: null,
};

describe('the payload of a service', () => {
  it.each<[string | null, unknown]>([
    [null, null],
    ['{"a": [1, null]}', { a: [1, null] }],
    ['12345678901234567890', 12345678901234567000],
    ['{"a": 01}', '{"a": 01}'],
  ])('%s is shown as %j', (payload, shown) => {
    expect(serviceDetails({ service, instances: [], payload }).payload).toEqual(shown);
  });
});
