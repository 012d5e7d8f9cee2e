import type { Fault } from '../../fault.js';
import { areRefused } from '../../hostile-input.js';

const SEQUENCES = {
  'a byte of no sequence': [0xff],
  'NUL, overlong': [0xc0, 0x80],
  'a surrogate': [0xed, 0xa0, 0x80],
  'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
  'cut short': [0xe2, 0x82],
  'Latin-1': [0xe9],
};

const fault: Fault = {
  number: 38,
  name: 'invalid UTF-8',
  selection: 'short',
  isShared: true,
  async run(world) {
    const raws = Object.values(SEQUENCES).flatMap((bytes) => [
      Buffer.from(bytes),
      Buffer.concat([
        Buffer.from('{"service_name":"fault-38'),
        Buffer.from(bytes),
        Buffer.from('","status":"up"}'),
      ]),
    ]);
    const letters = await areRefused(
      world,
      raws.map((raw) => ({ reason: 'invalid_encoding', raw, detail: /UTF-8/ })),
    );
    return { times: 2 * raws.length, evidence: letters };
  },
};

export default fault;
