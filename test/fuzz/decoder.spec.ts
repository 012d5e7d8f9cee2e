import fc from 'fast-check';
import { usePrintedSeed } from '../support/printed-seed.js';
import { HOSTILE_BYTES } from './hostile.js';
import { messages } from './inputs.js';
import { fuzzInputs } from './size-of-run.js';
import { expectSound, LIMITS } from './soundness.js';

/** Reception of every input: fixed, so that a seed says all. */
const NOW_MS = Date.UTC(2026, 0, 15, 9, 30);
const NOW_US = NOW_MS * 1_000;
/** The largest event taken must not keep others waiting. */
const LARGE_MS = 50;
const ATTEMPTS = 5;

usePrintedSeed('fuzzed decoder', fuzzInputs());

it('takes or refuses any message, wholly, soundly and the same each time', () => {
  const became = { candidate: 0, letter: 0, synthetic: 0 };
  fc.assert(
    fc.property(messages(NOW_MS), (raw) => {
      became[expectSound(raw, NOW_US)] += 1;
    }),
  );
  process.stderr.write(`fuzzed decoder: ${JSON.stringify(became)}\n`);
  // Inputs that all meet the same end would show little.
  expect(Math.min(became.candidate, became.letter)).toBeGreaterThan(fuzzInputs() / 10);
});

/** What large messages repeat. */
const PIECES = [
  ...HOSTILE_BYTES,
  ...['{"a":', '[[', '"\\', '9', '\\"', '"a":{},'].map((text) => Buffer.from(text)),
];

/** Where they do: before the first piece and after the last one. */
const FRAMES = [
  ['', ''],
  ['{"service":"', '","status":"up"}'],
  ['{"service":"a","status":"', '"}'],
  ['{"service":"a","status":"up","timestamp":"', '"}'],
  ['{"service":"a","status":"up","id":"', '"}'],
  ['{"service":"a","status":"up","x":', '}'],
  ['{"service":"a","status":"up",', '"x":1}'],
  ['{"pattern":"p","data":{"service":"a","status":"up","x":"', '"}}'],
  ['{"pattern":"p","data":{"service":"a","status":"up"', '}}'],
  ['{"specversion":"1.0","id":"1","source":"s","type":"t","x":"', '","data":{}}'],
] as const;

/** A message as large as one may be, cut short where `isCut`. */
function large(piece: Buffer, [before, after]: readonly [string, string], isCut: boolean): Buffer {
  const end = Buffer.from(isCut ? '' : after);
  const room = LIMITS.eventMaxBytes - before.length - end.length;
  const pieces = Buffer.alloc(room - (room % piece.length), piece);
  return Buffer.concat([Buffer.from(before), pieces, end]);
}

/** Processor time, whatever else runs here; the least of a few: what is slow by itself is slow each time. */
function leastMs(raw: Buffer): number {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least > LARGE_MS; attempt += 1) {
    const before = process.cpuUsage();
    expectSound(raw, NOW_US);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

it(`does so within ${String(LARGE_MS)} ms for what is as large as an event may be`, () => {
  let slowest = { ms: 0, text: '' };
  for (const piece of PIECES) {
    for (const frame of FRAMES) {
      for (const isCut of [false, true]) {
        const raw = large(piece, frame, isCut);
        const ms = leastMs(raw);
        if (ms > slowest.ms) slowest = { ms, text: raw.toString('latin1', 0, 80) };
      }
    }
  }
  process.stderr.write(`fuzzed decoder: ${slowest.ms.toFixed(1)} ms at most for 256 KB\n`);
  if (slowest.ms > LARGE_MS) throw new Error(`${slowest.ms.toFixed(0)} ms: ${slowest.text}`);
});
