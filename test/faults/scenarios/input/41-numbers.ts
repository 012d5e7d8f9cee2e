import type { Fault } from '../../fault.js';
import { areRefused, areTaken, type Refusal } from '../../hostile-input.js';

const SERVICE = 'fault-41';
const event = (rest: string): string => `{"service_name":"${SERVICE}","status":"up",${rest}}`;

const FIELDS = ['response_time_ms', 'ttl_seconds', 'timestamp'] as const;

const REFUSALS: readonly Refusal[] = FIELDS.flatMap((field): Refusal[] => [
  ...['1e400', '-1e400'].map((number): Refusal => {
    const detail = new RegExp(`^${field} must be`);
    return { reason: 'invalid_field', raw: event(`"${field}":${number}`), detail };
  }),
  ...['NaN', 'Infinity', '0x10', '01'].map((word): Refusal => {
    return { reason: 'invalid_json', raw: event(`"${field}":${word}`) };
  }),
]);

const fault: Fault = {
  number: 41,
  name: '1e400 and NaN',
  selection: 'short',
  isShared: true,
  async run(world) {
    const letters = await areRefused(world, REFUSALS);
    // A field that nobody computes with is kept as it is; so are the ends of what a double holds.
    const rows = await areTaken(world, SERVICE, [
      event(`"metadata":{"n":1e400,"m":-1e400,"d":${'9'.repeat(400)}}`),
      event('"response_time_ms":1.7976931348623157e308'),
      event('"response_time_ms":5e-324'),
    ]);
    const history = await world.app.get(`/api/v1/health/services/${SERVICE}/history?bucket=1d`);
    expect(history.status).toBe(200);
    return { times: 2 * REFUSALS.length, evidence: { ...letters, rows: 2 * rows.length } };
  },
};

export default fault;
