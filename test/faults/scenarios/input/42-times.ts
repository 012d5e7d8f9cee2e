import type { Fault } from '../../fault.js';
import { areRefused, type Refusal } from '../../hostile-input.js';

const event = (timestamp: string): string =>
  `{"service_name":"fault-42","status":"up","timestamp":${timestamp}}`;

const REFUSALS: readonly Refusal[] = [
  ...['"0001-01-01T00:00:00Z"', '"1970-01-01"', '0', '-1', '"-000001-01-01"'].map(
    (raw): Refusal => ({
      reason: 'timestamp_out_of_window',
      raw: event(raw),
      detail: /more than 7 days before its reception/,
    }),
  ),
  ...['"9999-12-31T23:59:59Z"', '"+275760-09-13"', '8.64e15', '99999999999'].map(
    (raw): Refusal => ({
      reason: 'timestamp_out_of_window',
      raw: event(raw),
      detail: /more than 5 minutes after its reception/,
    }),
  ),
  ...['"infinity"', '"-infinity"', '"now"', '"epoch"', '"+275760-09-14"', '8.65e15', '[]'].map(
    (raw): Refusal => ({ reason: 'invalid_field', raw: event(raw), detail: /^timestamp must be/ }),
  ),
];

/** Among them words that PostgreSQL takes for a time. */
const fault: Fault = {
  number: 42,
  name: 'year 1, year 9999, infinity',
  selection: 'short',
  isShared: true,
  async run(world) {
    const letters = await areRefused(world, REFUSALS);
    const rows = await world.scope.count('health_messages', `service_name = 'fault-42'`);
    expect(rows).toBe(0);
    return { times: 2 * REFUSALS.length, evidence: letters };
  },
};

export default fault;
