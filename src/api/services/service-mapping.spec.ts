import { DEFAULT_SETTINGS } from '../../status/settings.js';
import type { ServiceRecord } from '../../status/service-record.js';
import { stringifyWithRaw } from '../http/raw-json.js';
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
  it('is the document to the byte', () => {
    const payload = '{"a": [1e400, null], "a": 12345678901234567890}';
    const details = serviceDetails({ service, settings: DEFAULT_SETTINGS, instances: [], payload });
    expect(stringifyWithRaw(details)).toContain(`"payload":${payload}`);
  });

  it('is null where the audit log holds it no more', () => {
    expect(
      serviceDetails({ service, settings: DEFAULT_SETTINGS, instances: [], payload: null }).payload,
    ).toBeNull();
  });
});
