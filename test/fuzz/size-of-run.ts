const DEFAULT_INPUTS = 5_000;

/** How many inputs each property of a fuzzing spec is given: `npm run test:fuzz -- --inputs N`. */
export function fuzzInputs(): number {
  const inputs = Number(process.env['HEALTH_FUZZ_INPUTS'] ?? DEFAULT_INPUTS);
  if (!Number.isSafeInteger(inputs) || inputs < 1) throw new RangeError('HEALTH_FUZZ_INPUTS');
  return inputs;
}
