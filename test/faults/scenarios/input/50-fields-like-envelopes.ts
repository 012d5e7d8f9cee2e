import { nest } from '../../../support/envelopes.js';
import type { Fault } from '../../fault.js';
import { areTaken, rowsOf, sendBothWays } from '../../hostile-input.js';

const SERVICE = 'fault-50';
const NAMED = `"service_name":"${SERVICE}","status":"up"`;
const OTHER = '{"service_name":"fault-50-inner","status":"down"}';

/** An envelope is known by its whole shape, and never where a service is named beside it. */
const DOCUMENTS = [
  `{${NAMED},"data":${OTHER}}`,
  `{${NAMED},"pattern":"health","data":${OTHER}}`,
  `{${NAMED},"pattern":{"cmd":"x"},"data":${OTHER},"message":"three of them"}`,
  `{${NAMED},"specversion":"1.0","source":"s","type":"t","data":${OTHER}}`,
  `{${NAMED},"data":null,"pattern":7}`,
];

const fault: Fault = {
  number: 50,
  name: 'fields called data, id, pattern',
  selection: 'short',
  isShared: true,
  async run(world) {
    const rows = await areTaken(world, SERVICE, DOCUMENTS);
    expect(rows.map(({ status }) => status)).toEqual(DOCUMENTS.map(() => 'healthy'));
    // With an id, in an envelope that is one: the event is what is in it.
    const inner = `{"service_name":"${SERVICE}-wrapped","status":"up","id":"50","data":{},"pattern":""}`;
    await sendBothWays(world, nest(Buffer.from(inner)));
    const wrapped = await rowsOf(world, `${SERVICE}-wrapped`, 2);
    expect(wrapped.map(({ payload }) => payload)).toEqual([inner, inner]);
    expect(await world.scope.count('health_messages', `service_name = 'fault-50-inner'`)).toBe(0);
    return { times: 2 * DOCUMENTS.length + 2, evidence: { rows: 2 * rows.length } };
  },
};

export default fault;
