import type { Fault } from '../../fault.js';
import { areRefused, areTaken } from '../../hostile-input.js';

const SERVICE = 'fault-40';
const event = (rest: string): string => `{"service_name":"${SERVICE}","status":"up",${rest}}`;

const fault: Fault = {
  number: 40,
  name: 'lone surrogates',
  selection: 'short',
  isShared: true,
  async run(world) {
    const letters = await areRefused(world, [
      { reason: 'invalid_service_name', raw: '{"service_name":"a\\ud800","status":"up"}' },
      { reason: 'invalid_field', raw: event('"instance_id":"\\udc00"'), detail: /^instance_id/ },
      { reason: 'invalid_field', raw: event('"id":"\\udc00\\ud800"'), detail: /^id/ },
    ]);
    const rows = await areTaken(world, SERVICE, [
      event('"message":"a\\ud800b"'),
      event('"message":"\\ud83d\\ude00"'),
      event('"version":"\\udfff","checks":["\\ud800"]'),
    ]);
    expect(rows.map(({ message }) => message)).toEqual(['a\ufffdb', '\u{1f600}', null]);
    return { times: 12, evidence: { ...letters, rows: 2 * rows.length } };
  },
};

export default fault;
