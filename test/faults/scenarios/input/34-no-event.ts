import type { Fault } from '../../fault.js';
import { areRefused, type Refusal } from '../../hostile-input.js';

const REFUSALS: readonly Refusal[] = [
  ...['', '{"service_name":', '{"service_name":"a" "status":"up"}', '{}{}', "{'a':1}"].map(
    (raw): Refusal => ({ reason: 'invalid_json', raw }),
  ),
  ...['null', '[]', '[{"service_name":"a","status":"up"}]', '"up"', '34', 'true'].map(
    (raw): Refusal => ({ reason: 'not_an_object', raw, detail: /must be a JSON object/ }),
  ),
];

const fault: Fault = {
  number: 34,
  name: 'invalid JSON, empty, null, arrays',
  selection: 'short',
  isShared: true,
  async run(world) {
    return { times: 2 * REFUSALS.length, evidence: await areRefused(world, REFUSALS) };
  },
};

export default fault;
