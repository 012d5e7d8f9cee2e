import type { Fault } from '../../fault.js';
import { areRefused, areTaken } from '../../hostile-input.js';

const NAMED = '"service_name":"fault-37"';
const DOCUMENTS = [
  `{${NAMED},"status":"up","__proto__":{"status":"down","ttl_seconds":-1,"message":"no"}}`,
  `{${NAMED},"status":"up","constructor":{"prototype":{"status":"down"}},"prototype":1}`,
  `{${NAMED},"status":"up","__proto__":null,"toString":null,"hasOwnProperty":0,"toJSON":"x"}`,
];

const fault: Fault = {
  number: 37,
  name: '__proto__ and constructor keys',
  selection: 'short',
  isShared: true,
  async run(world) {
    const rows = await areTaken(world, 'fault-37', DOCUMENTS);
    expect(rows.map(({ status, message }) => [status, message])).toEqual(
      DOCUMENTS.map(() => ['healthy', null]),
    );
    // Nothing is inherited: neither by this very event nor by the ones after it.
    const letters = await areRefused(world, [
      { reason: 'missing_status', raw: `{${NAMED},"__proto__":{"status":"up"}}` },
      { reason: 'missing_service_name', raw: '{"status":"up","__proto__":{"service_name":"a"}}' },
    ]);
    return { times: 2 * DOCUMENTS.length + 4, evidence: { rows: 2 * rows.length, ...letters } };
  },
};

export default fault;
