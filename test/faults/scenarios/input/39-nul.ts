import type { Fault } from '../../fault.js';
import { areRefused, areTaken } from '../../hostile-input.js';

const SERVICE = 'fault-39';
const event = (rest: string): string => `{"service_name":"${SERVICE}","status":"up",${rest}}`;

/** PostgreSQL's text holds no NUL; its json does, as an escape. */
const fault: Fault = {
  number: 39,
  name: 'NUL',
  selection: 'short',
  isShared: true,
  async run(world) {
    const letters = await areRefused(world, [
      { reason: 'invalid_json', raw: '\0' },
      { reason: 'invalid_json', raw: event('"message":"a\0b"') },
      { reason: 'invalid_service_name', raw: '{"service_name":"a\\u0000b","status":"up"}' },
      { reason: 'invalid_field', raw: event('"instance_id":"\\u0000"'), detail: /^instance_id/ },
      { reason: 'invalid_field', raw: event('"message_id":"a\\u0000"'), detail: /^message_id/ },
    ]);
    const rows = await areTaken(world, SERVICE, [
      event('"message":"a\\u0000b"'),
      event('"version":"\\u0000","metadata":{"\\u0000":["\\u0000"]}'),
      event('"message":"a\\\\u0000b"'),
    ]);
    expect(rows.map(({ message }) => message)).toEqual(['a\ufffdb', null, 'a\\u0000b']);
    return { times: 16, evidence: { ...letters, rows: 2 * rows.length } };
  },
};

export default fault;
