/**
 * Tells a person what is going on. Always stderr: stdout belongs to the three URL lines.
 * @param {string} line one sentence without a line end
 */
export function say(line) {
  process.stderr.write(`services: ${line}\n`);
}
